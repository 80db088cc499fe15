//! Names that no app can have, however it is made.

use crate::store::Denied;

/// Words that are pages below `/apps/`.
const RESERVED: [&str; 3] = ["new", "rows", "import"];

/// Why an app can't have a name; `None` if it can, as far as the words of our own addresses go.
pub fn reserved(name: &str) -> Option<&'static str> {
    RESERVED.contains(&name).then_some("this word is part of Canteen’s own addresses")
}

/// Refuses such a name.
pub(super) fn check(name: &str) -> Result<(), Denied> {
    reserved(name).map_or(Ok(()), |why| Err(Denied::rule("reserved", why)))
}
