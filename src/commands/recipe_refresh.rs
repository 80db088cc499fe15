use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx};

/// Writes down that recipes were fetched anew, and what was odd about it.
pub struct RefreshRecipe {
    /// A recipe's name, or `catalogue`.
    pub what: String,
    /// Tags that point somewhere else than before: somebody rewrote a release.
    pub moved: Vec<String>,
    pub problem: String,
}

impl Command for RefreshRecipe {
    type Needs = action::RefreshRecipe;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let mut all = particulars([("recipe", self.what.clone().into())]);
        if !self.moved.is_empty() {
            all.insert("moved".to_owned(), self.moved.clone().into());
        }
        if !self.problem.is_empty() {
            all.insert("problem".to_owned(), self.problem.clone().into());
        }
        all
    }

    fn apply(self, _tx: &mut Tx<'_>) -> Result<(), Denied> {
        Ok(())
    }
}
