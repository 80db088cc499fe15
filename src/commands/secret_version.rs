use std::marker::PhantomData;

use serde_json::{Map, Value};

use super::particulars;
use crate::access::WriteAction;
use crate::access::action::{Conclude, RotateSecret};
use crate::store::{Command, Denied, Tx, apps};

/// What lets somebody write the version of a secret: the right to rotate it, or that a rotation has failed. The old version comes back
/// with that alone, for what was begun is ended whatever became of the right to it.
pub trait Turns: WriteAction {}

impl Turns for RotateSecret {}
impl Turns for Conclude {}

/// Writes the version of a secret into an app's settings, while the secret is rotated or put back.
pub struct SetSecretVersion<A> {
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
    pub by: PhantomData<A>,
}

impl<A: Turns> Command for SetSecretVersion<A> {
    type Needs = A;
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
