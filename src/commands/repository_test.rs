use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::repositories::{self, RepositoryState};
use crate::store::{Command, Denied, Tx};

/// Asks a repository whether it answers. Changes nothing; the entry tells who had the dashboard ask. How it answered is noted by
/// [`NoteRepository`](super::repository_note::NoteRepository).
pub struct TestRepository {
    pub id: i32,
}

impl Command for TestRepository {
    type Needs = action::TestRepository;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("id", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let kept = repositories::repository(tx, self.id)?;
        if kept.state == RepositoryState::Retired {
            return Err(Denied::rule("retired", "this repository is retired, so it is not asked any more"));
        }
        tx.detail("repository", kept.name);
        Ok(())
    }
}
