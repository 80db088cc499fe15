use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::backup::upkeep::{Past, Upkeep, Verdict};
use crate::store::upkeep::UpkeepRow;
use crate::store::{Command, Denied, Tx, repositories, upkeep};

/// Writes down how looking after a repository ended.
pub struct EndUpkeep {
    /// The row that [`BeginUpkeep`](super::upkeep_begin::BeginUpkeep) gave.
    pub id: i32,
    pub repository: i32,
    pub work: Upkeep,
    pub verdict: Verdict,
    /// What came out, for people.
    pub told: String,
}

impl Command for EndUpkeep {
    type Needs = action::KeepRepository;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("change", "ended".into()),
            ("work", self.work.as_str().into()),
            ("result", self.verdict.as_str().into()),
            ("told", self.told.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let kept = repositories::repository(tx, self.repository)?;
        tx.detail("repository", kept.name);
        upkeep::end(tx, self.id, self.verdict.as_str(), &self.told)
    }
}

/// What the next time follows from; `None` while it is not over.
pub fn past_of(row: &UpkeepRow) -> Option<Past> {
    Some(Past {
        work: Upkeep::parse(&row.work)?,
        part: u32::try_from(row.part).unwrap_or_default(),
        at: row.began?,
        verdict: Verdict::parse(&row.outcome)?,
    })
}
