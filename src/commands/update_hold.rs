use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::audit::Phase;
use crate::store::{Command, Denied, Tx, updates};

/// Writes down why the dashboard does not update an app by itself, though it is time to. Refused where the same stands there already:
/// it is told once.
pub struct HoldUpdate {
    pub app_id: i32,
    pub from: String,
    pub to: String,
    /// For people.
    pub why: Vec<String>,
}

impl Command for HoldUpdate {
    type Needs = action::HoldUpdate;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("before", self.from.clone().into()), ("version", self.to.clone().into()), ("why", self.why.clone().into())])
    }

    fn phase(&self) -> Phase {
        Phase::Refused
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        updates::hold(tx, self.app_id, &self.to, &self.why.join("\n"))
    }
}
