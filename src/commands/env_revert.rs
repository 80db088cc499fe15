use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, apps};

/// Saves an earlier revision of an app's settings as the newest one.
pub struct RevertEnv {
    pub app_id: i32,
    /// The newest revision that the member knew of.
    pub based_on: i32,
    /// The revision that comes back.
    pub back_to: i32,
    /// Its text, with the version that is chosen now.
    pub text: String,
    /// Names of the settings that differ. Their values stay out of the log.
    pub changed: Vec<String>,
    pub reason: String,
}

impl Command for RevertEnv {
    type Needs = action::EditSettings;
    /// The new revision's number.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("changed", self.changed.clone().into()),
            ("reason", self.reason.clone().into()),
            ("based_on", self.based_on.into()),
            ("back_to", self.back_to.into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let number = apps::save_env(tx, self.app_id, self.based_on, &self.text, &self.reason)?;
        tx.detail("revision", number);
        Ok(number)
    }
}
