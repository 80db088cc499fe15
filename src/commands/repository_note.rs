use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::repositories::{self, RepositoryState};
use crate::store::{Command, Denied, Tx};

/// How a repository answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It opened; restic knows it by this id.
    Opened { restic_id: String },
    /// It did not. `grave`: it will not by itself, such as with a wrong password.
    Trouble { text: String, grave: bool },
}

/// Writes down how a repository answered.
pub struct NoteRepository {
    pub id: i32,
    pub found: Found,
}

impl Command for NoteRepository {
    type Needs = action::NoteRepository;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("id", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        use RepositoryState as State;
        let kept = repositories::repository(tx, self.id)?;
        let works = if kept.activated_at.is_some() { State::Active } else { State::Ready };
        let (trouble, grave) = match self.found {
            Found::Opened { restic_id } if kept.restic_id.is_empty() || kept.restic_id == restic_id => {
                let state = if kept.state == State::Retired { State::Retired } else { works };
                repositories::answered(tx, self.id, state, &restic_id)?;
                tx.detail("repository", kept.name);
                return Ok(());
            }
            Found::Opened { restic_id } => {
                let (known, found) = (short(&kept.restic_id), short(&restic_id));
                (format!("another repository lies there now ({found}, and it was {known})"), true)
            }
            Found::Trouble { text, grave } => (text, grave),
        };
        let state = match kept.state {
            State::Ready | State::Active if grave => State::Broken,
            same => same,
        };
        repositories::troubled(tx, self.id, state, &trouble)?;
        tx.detail("repository", kept.name);
        tx.detail("trouble", trouble);
        Ok(())
    }
}

/// The beginning of an id, as restic shows it.
fn short(id: &str) -> String {
    id.chars().take(10).collect()
}
