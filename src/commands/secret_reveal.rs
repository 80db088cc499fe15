use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx};

/// Writes down that generated values are shown. The values themselves pass by elsewhere, after this.
pub struct RevealSecrets {
    pub app: String,
    pub operation: i32,
}

impl Command for RevealSecrets {
    type Needs = action::RevealSecret;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("app", self.app.clone().into()), ("operation", self.operation.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        tx.about_app(&self.app);
        Ok(())
    }
}
