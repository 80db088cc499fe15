use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, apps};

/// Saves an app's settings anew.
pub struct SaveEnv {
    pub app_id: i32,
    /// The revision that the member edited.
    pub based_on: i32,
    pub text: String,
    /// Names of the settings that differ. Their values stay out of the log.
    pub changed: Vec<String>,
    pub reason: String,
}

impl Command for SaveEnv {
    type Needs = action::EditSettings;
    /// The new revision's number.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let changed = self.changed.clone().into();
        particulars([("changed", changed), ("reason", self.reason.clone().into()), ("based_on", self.based_on.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let number = apps::save_env(tx, self.app_id, self.based_on, &self.text, &self.reason)?;
        tx.detail("revision", number);
        Ok(number)
    }
}
