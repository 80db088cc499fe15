use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::backup::upkeep::Upkeep;
use crate::store::{Command, Denied, Tx, repositories, upkeep};

/// Begins to look after a repository. Gives the row, for [`EndUpkeep`](super::upkeep_end::EndUpkeep).
pub struct BeginUpkeep {
    pub repository: i32,
    pub work: Upkeep,
    /// Which part of the data; 0 for all else.
    pub part: u32,
}

impl Command for BeginUpkeep {
    type Needs = action::KeepRepository;
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("change", "begun".into()), ("work", self.work.as_str().into()), ("part", self.part.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let kept = repositories::repository(tx, self.repository)?;
        tx.detail("repository", kept.name);
        let id = upkeep::ask(tx, self.repository, self.work.as_str(), "")?;
        upkeep::begin(tx, id, self.part)?;
        Ok(id)
    }
}
