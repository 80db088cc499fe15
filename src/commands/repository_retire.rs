use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::repositories::{self, RepositoryState};
use crate::store::{Command, Denied, Tx};

/// Has a repository take no backups any more. What lies there stays, and so does what opens it.
pub struct RetireRepository {
    pub id: i32,
}

impl Command for RetireRepository {
    type Needs = action::RetireRepository;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("id", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let kept = repositories::repository(tx, self.id)?;
        if kept.state == RepositoryState::Retired {
            return Err(Denied::rule("retired", "this repository is retired already"));
        }
        repositories::retired(tx, self.id)?;
        tx.detail("repository", kept.name);
        Ok(())
    }
}
