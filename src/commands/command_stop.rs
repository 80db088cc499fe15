use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx};

/// Writes down that somebody ends a command that runs. The signal is sent after this.
pub struct StopRunning {
    pub app: String,
    pub operation: i32,
}

impl Command for StopRunning {
    type Needs = action::StopCommand;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("app", self.app.clone().into()), ("operation", self.operation.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        tx.about_app(&self.app);
        Ok(())
    }
}
