use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::repositories::{self, Described, Sealed};
use crate::store::{Command, Denied, Tx};

/// Encrypts what opens a repository for its row, whose number is known only when there is one.
pub type Seal = Box<dyn FnOnce(i32) -> Sealed + Send>;

/// Adds a repository that backups go to. Nothing is asked of it yet. The output is its row.
pub struct AddRepository {
    pub described: Described,
    /// Its place for people.
    pub place: String,
    pub seal: Seal,
}

impl Command for AddRepository {
    type Needs = action::NewRepository;
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let Described { name, append_only, adopted, .. } = &self.described;
        particulars([
            ("repository", name.clone().into()),
            ("place", self.place.clone().into()),
            ("append_only", (*append_only).into()),
            ("password", if *adopted { "brought" } else { "generated" }.into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        repositories::distinct(tx, None, &self.described)?;
        let id = repositories::add(tx, &self.described)?;
        repositories::seal(tx, id, &(self.seal)(id))?;
        tx.detail("id", id);
        Ok(id)
    }
}
