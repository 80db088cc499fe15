use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, tag_alarms};

/// An admin has looked at versions that changed after they were published, and warns nobody any more.
pub struct SeeTagAlarms {
    pub recipe: String,
    /// The newest alarm that was shown.
    pub newest: i32,
}

impl Command for SeeTagAlarms {
    type Needs = action::AcceptTags;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("recipe", self.recipe.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let tags = tag_alarms::see(tx, &self.recipe, self.newest)?;
        if tags.is_empty() {
            return Err(Denied::rule("nothing-open", "somebody else has looked at it already"));
        }
        tx.detail("versions", tags);
        Ok(())
    }
}
