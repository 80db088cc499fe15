//! A deploy in spite of what the rules for recipes say.

use serde_json::{Map, Value};

use crate::access::action::Deploy;
use crate::store::audit::Phase;
use crate::store::{Command, Denied, Tx};

use super::order::Order;

/// A deploy that somebody asks for although the recipe breaks rules that stop deploys; the entry tells which, and why.
pub struct Overridden {
    pub order: Order<Deploy>,
    /// The references of the broken rules.
    pub rules: Vec<String>,
    /// What the member says about it.
    pub reason: String,
}

impl Command for Overridden {
    type Needs = Deploy;
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let mut told = self.order.particulars();
        told.insert("lint_errors".to_owned(), self.rules.clone().into());
        told.insert("override_reason".to_owned(), self.reason.clone().into());
        told
    }

    fn phase(&self) -> Phase {
        self.order.phase()
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        self.order.apply(tx)
    }
}
