use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::repositories::{self, RepositoryState};
use crate::store::{Command, Denied, Tx};

/// Takes a repository's recovery kit away. The check code of this one replaces that of the kit before.
pub struct TakeKit {
    pub id: i32,
    /// A keyed hash of the check code.
    pub hash: Vec<u8>,
}

impl Command for TakeKit {
    type Needs = action::TakeKit;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("id", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let kept = repositories::repository(tx, self.id)?;
        if kept.state == RepositoryState::New {
            let text = "nobody has seen this repository yet, so there is nothing that a kit could open; test it first";
            return Err(Denied::rule("new", text));
        }
        repositories::kit_taken(tx, self.id, &self.hash)?;
        tx.detail("repository", kept.name);
        tx.detail("first", kept.kit_at.is_none());
        Ok(())
    }
}
