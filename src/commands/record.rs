use serde_json::{Map, Value};

use crate::access::action;
use crate::store::audit::Phase;
use crate::store::{Command, Denied, Tx};

/// Writes down that something was refused, or was tried in vain.
pub struct Record {
    pub phase: Phase,
    pub particulars: Map<String, Value>,
}

impl Command for Record {
    type Needs = action::Record;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        self.particulars.clone()
    }

    fn phase(&self) -> Phase {
        self.phase.clone()
    }

    fn apply(self, _tx: &mut Tx<'_>) -> Result<(), Denied> {
        Ok(())
    }
}
