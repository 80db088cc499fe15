//! A secret with its value, on its way to the engine.

use zeroize::Zeroizing;

use super::{Driver, Labels};

/// A secret that the stack creates. It is never stored or printed, so it has no JSON form here and its debug form hides the value.
#[derive(Clone)]
pub struct SecretSpec {
    /// The full name.
    pub name: String,
    pub labels: Labels,
    /// The value; empty where a driver gives it.
    pub data: Zeroizing<Vec<u8>>,
    /// The program on the managers that gives the value instead.
    pub driver: Option<Driver>,
    /// The language of the placeholders in the value, which are filled in for each task.
    pub templating: Option<Driver>,
}

impl std::fmt::Debug for SecretSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretSpec").field("name", &self.name).finish_non_exhaustive()
    }
}
