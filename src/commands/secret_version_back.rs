use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, apps};

/// Takes the version of a secret back out of an app's settings, when its rotation has failed. It ends what was begun with every
/// right, so it needs no right but that.
pub struct PutVersionBack {
    pub app_id: i32,
    /// The revision that `text` was made from.
    pub based_on: i32,
    /// The newest settings, with the old version.
    pub text: String,
    pub variable: String,
    pub version: String,
    pub reason: String,
}

impl Command for PutVersionBack {
    type Needs = action::Conclude;
    /// The new revision's number.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("variable", self.variable.clone().into()),
            ("version", self.version.clone().into()),
            ("reason", self.reason.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let number = apps::save_env(tx, self.app_id, self.based_on, &self.text, &self.reason)?;
        tx.detail("revision", number);
        Ok(number)
    }
}
