use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::tag_alarms::{self, Found};
use crate::store::{Command, Denied, Tx};

/// Writes down that recipes were fetched anew, and what was odd about it.
pub struct RefreshRecipe {
    /// A recipe's name, or `catalogue`.
    pub what: String,
    /// Tags that lead somewhere else than before, or nowhere: somebody rewrote a release.
    pub found: Vec<Found>,
    pub problem: String,
}

impl Command for RefreshRecipe {
    type Needs = action::RefreshRecipe;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let mut all = particulars([("recipe", self.what.clone().into())]);
        let (gone, moved): (Vec<&Found>, Vec<&Found>) = self.found.iter().partition(|found| found.now.is_empty());
        for (key, found) in [("moved", moved), ("gone", gone)] {
            if !found.is_empty() {
                all.insert(key.to_owned(), found.iter().map(|one| told(one)).collect());
            }
        }
        if !self.problem.is_empty() {
            all.insert("problem".to_owned(), self.problem.clone().into());
        }
        all
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        tag_alarms::alarm(tx, &self.what, &self.found)
    }
}

fn told(found: &Found) -> String {
    if found.now.is_empty() {
        format!("{} (was {})", found.tag, found.was)
    } else {
        format!("{} (was {}, is {})", found.tag, found.was, found.now)
    }
}
