use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::repositories::{self, Described, RepositoryState, Sealed};
use crate::store::{Command, Denied, Tx};

/// Says something else of a repository, or exchanges what opens it. One that moved is broken until it has answered at its new place.
pub struct EditRepository {
    pub id: i32,
    pub described: Described,
    /// Its place for people.
    pub place: String,
    /// What opens it, where that changes.
    pub sealed: Option<Sealed>,
}

/// What is said of a repository that moved.
const MOVED: &str = "its place was changed, and it has not answered there yet";

impl Command for EditRepository {
    type Needs = action::EditRepository;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("id", self.id.into()), ("repository", self.described.name.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let before = repositories::repository(tx, self.id)?;
        if before.state == RepositoryState::Retired {
            return Err(Denied::rule("retired", "this repository is retired, so nothing of it changes any more"));
        }
        repositories::distinct(tx, Some(self.id), &self.described)?;
        let moved = before.place != self.described.place;
        let mut changed = vec![];
        if before.name != self.described.name {
            changed.push(format!("it was called {}", before.name));
        }
        if moved {
            changed.push(format!("it lies at {}", self.place));
        }
        if before.append_only != self.described.append_only {
            changed.push(if self.described.append_only { "append-only" } else { "not append-only any more" }.to_owned());
        }
        if before.adopted != self.described.adopted {
            changed.push(if self.described.adopted { "its password was brought" } else { "its password is generated" }.to_owned());
        }
        if self.sealed.is_some() {
            changed.push("other credentials".to_owned());
        }
        repositories::describe(tx, self.id, &self.described)?;
        if let Some(sealed) = &self.sealed {
            repositories::seal(tx, self.id, sealed)?;
        }
        if moved && before.state != RepositoryState::New {
            repositories::troubled(tx, self.id, RepositoryState::Broken, MOVED)?;
        }
        tx.detail("changed", changed.join("; "));
        Ok(())
    }
}
