use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, apps};

/// Writes the version of a secret into an app's settings, while the secret is rotated.
pub struct SetSecretVersion {
    pub app_id: i32,
    /// The revision that `text` was made from.
    pub based_on: i32,
    /// The newest settings, with the version.
    pub text: String,
    /// The settings that run, with the version, where they are not the newest: a revision of their own, before `text`.
    pub runs: Option<String>,
    pub variable: String,
    pub version: String,
    pub reason: String,
}

impl Command for SetSecretVersion {
    type Needs = action::RotateSecret;
    /// The number of the revision that tells what runs.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("variable", self.variable.clone().into()),
            ("version", self.version.clone().into()),
            ("reason", self.reason.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let Some(runs) = &self.runs else {
            let number = apps::save_env(tx, self.app_id, self.based_on, &self.text, &self.reason)?;
            tx.detail("revision", number);
            return Ok(number);
        };
        let reason = format!("{}; this is what runs", self.reason);
        let deployed = apps::save_env(tx, self.app_id, self.based_on, runs, &reason)?;
        let reason = format!("{}, beside what is saved and not deployed yet", self.reason);
        let number = apps::save_env(tx, self.app_id, deployed, &self.text, &reason)?;
        tx.detail("deployed", deployed);
        tx.detail("revision", number);
        Ok(deployed)
    }
}
