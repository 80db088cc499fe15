use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::backup::upkeep::Upkeep;
use crate::store::repositories::{self, RepositoryState};
use crate::store::{Command, Denied, Tx, upkeep};

/// Has a repository looked after now, before its time.
pub struct CheckRepository {
    pub id: i32,
    pub work: Upkeep,
}

impl Command for CheckRepository {
    type Needs = action::CheckRepository;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("id", self.id.into()), ("work", self.work.as_str().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let kept = repositories::repository(tx, self.id)?;
        if kept.state != RepositoryState::Active {
            return Err(Denied::rule("state", "only a repository that takes backups is looked after"));
        }
        if kept.append_only && self.work == Upkeep::Prune {
            return Err(Denied::rule("append-only", "this repository is append-only, so nothing can be removed from here"));
        }
        tx.detail("repository", kept.name);
        let by = tx.actor().name().to_owned();
        upkeep::ask(tx, self.id, self.work.as_str(), &by)?;
        Ok(())
    }
}
