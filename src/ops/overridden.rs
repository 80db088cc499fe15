//! A deploy, or going back, in spite of what speaks against its version.

use serde_json::{Map, Value};

use crate::access::WriteAction;
use crate::store::audit::Phase;
use crate::store::{Command, Denied, Tx};

use super::approval::{Asks, Ordered};
use super::order::Order;

/// What somebody asks for although the recipe breaks rules that stop deploys, or its version changed after it was published; the
/// entry tells which, and why.
pub struct Overridden<A> {
    pub order: Order<A>,
    /// The references of the broken rules; empty if none is.
    pub rules: Vec<String>,
    /// What the member says about them.
    pub reason: String,
    /// What was found about the version and the member ticked, a sentence each.
    pub shifted: Vec<String>,
}

impl<A: WriteAction> Command for Overridden<A> {
    type Needs = A;
    type Output = Ordered;

    fn particulars(&self) -> Map<String, Value> {
        let mut told = self.order.particulars();
        if !self.rules.is_empty() {
            told.insert("lint_errors".to_owned(), self.rules.clone().into());
            told.insert("override_reason".to_owned(), self.reason.clone().into());
        }
        if !self.shifted.is_empty() {
            told.insert("changed_after_publishing".to_owned(), self.shifted.clone().into());
        }
        told
    }

    fn phase(&self) -> Phase {
        self.order.phase()
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<Ordered, Denied> {
        self.order.apply(tx)
    }
}

impl<A: WriteAction> Asks for Overridden<A> {
    fn order(&mut self) -> &mut Order<A> {
        &mut self.order
    }
}
