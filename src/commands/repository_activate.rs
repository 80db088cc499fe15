use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::repositories::{self, RepositoryState};
use crate::store::{Command, Denied, Tx};

/// Has a repository take backups. Only with the check code of its newest recovery kit: whoever has that has the kit.
pub struct ActivateRepository {
    pub id: i32,
    /// A keyed hash of the check code that was typed.
    pub hash: Vec<u8>,
}

impl Command for ActivateRepository {
    type Needs = action::ActivateRepository;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("id", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let kept = repositories::repository(tx, self.id)?;
        match kept.state {
            RepositoryState::Ready => {}
            RepositoryState::Active => return Err(Denied::rule("active", "this repository is active already")),
            RepositoryState::Retired => return Err(Denied::rule("retired", "this repository is retired")),
            RepositoryState::New | RepositoryState::Broken => {
                return Err(Denied::rule("trouble", "this repository has not answered; test it first"));
            }
        }
        match kept.kit_hash {
            None => Err(Denied::rule("code", "take the recovery kit first: the check code stands on it")),
            Some(hash) if hash != self.hash => {
                let text = "this is not the check code of the newest recovery kit; it stands below the password there";
                Err(Denied::rule("code", text))
            }
            Some(_) => {
                repositories::activated(tx, self.id)?;
                tx.detail("repository", kept.name);
                Ok(())
            }
        }
    }
}
