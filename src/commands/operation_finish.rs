use serde_json::{Map, Value, json};

use super::particulars;
use super::ran::Ran;
use crate::access::action;
use crate::envfile::EnvFile;
use crate::store::audit::Phase;
use crate::store::backups::{self, NewRun};
use crate::store::deployments::{self, NewDeployment};
use crate::store::operations::State;
use crate::store::{Command, Denied, Tx, apps, operations, replicas};

/// Ends an operation: its verdict, what is kept of it and the second half of its audit entry, at once.
pub struct FinishOperation {
    pub id: i32,
    pub app_id: i32,
    pub app: String,
    pub kind: String,
    /// The entry that asked for it.
    pub of: i64,
    pub state: State,
    pub outcome: String,
    pub cause: String,
    pub deployment: Option<NewDeployment>,
    /// The version that the app is on from now on, with its settings as they were read.
    pub pin: Option<Pinned>,
    /// Services, by short name, with numbers of tasks that later deploys keep.
    pub tasks: Vec<(String, u64)>,
    /// What its runners made, if it was a backup.
    pub backups: Vec<NewRun>,
    /// Snapshots of the app that are in their repository no more.
    pub gone: Vec<String>,
    /// Commands of the recipe that it ran, in order.
    pub ran: Vec<Ran>,
}

/// The settings of what runs now, with the version written into them, as `abra` does.
pub struct Pinned {
    pub version: String,
    pub recipe: String,
    /// The settings that were deployed.
    pub env: String,
    /// The newest settings, and the number of the revision that `env` may take the place of.
    pub newest: String,
    pub env_number: i32,
    /// Why there is a new revision, for its history.
    pub reason: String,
}

impl Command for FinishOperation {
    type Needs = action::Conclude;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let mut all =
            particulars([("operation", self.id.into()), ("kind", self.kind.clone().into()), ("app", self.app.clone().into())]);
        if !self.cause.is_empty() {
            all.insert("cause".to_owned(), self.cause.clone().into());
        }
        if let Some(deployment) = &self.deployment {
            all.insert("version".to_owned(), deployment.version.clone().into());
        }
        if !self.backups.is_empty() {
            let told = self.backups.iter().map(|run| json!({ "node": run.node, "outcome": run.outcome, "snapshot": run.snapshot }));
            all.insert("backups".to_owned(), told.collect());
        }
        if !self.gone.is_empty() {
            let short = self.gone.iter().map(|id| Value::from(id.get(..8).unwrap_or(id)));
            all.insert("given_up".to_owned(), short.collect());
        }
        if !self.ran.is_empty() {
            all.insert("ran".to_owned(), self.ran.iter().map(Ran::fact).collect());
        }
        all
    }

    fn phase(&self) -> Phase {
        Phase::Outcome { of: self.of, outcome: self.outcome.clone() }
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        operations::finish(tx, self.id, self.state, &self.outcome, &self.cause)?;
        if let Some(deployment) = &self.deployment {
            deployments::insert(tx, deployment)?;
        }
        for run in &self.backups {
            backups::add(tx, self.id, self.app_id, run)?;
        }
        backups::gone(tx, self.app_id, &self.gone)?;
        for (service, count) in &self.tasks {
            replicas::choose(tx, self.app_id, service, Some(*count))?;
        }
        match self.pin {
            Some(pin) => pin_settings(tx, self.app_id, &pin),
            None => Ok(()),
        }
    }
}

fn pin_settings(tx: &mut Tx<'_>, app_id: i32, pin: &Pinned) -> Result<(), Denied> {
    match apps::set_version(tx, app_id, &pin.version).and_then(|()| pin_env(tx, app_id, pin)) {
        // What was removed is on no version, and its operations end all the same.
        Err(Denied::Removed(_)) => Ok(()),
        other => other,
    }
}

fn pin_env(tx: &mut Tx<'_>, app_id: i32, pin: &Pinned) -> Result<(), Denied> {
    // Settings that can't be read were not what was deployed; there is nothing to pin then.
    let Some(text) = with_version(&pin.env, &pin.recipe, &pin.version) else { return Ok(()) };
    if text == pin.newest {
        return Ok(());
    }
    // Somebody saved other settings in the meantime: theirs stand, and the pin waits for the next deploy.
    match apps::save_env(tx, app_id, pin.env_number, &text, &pin.reason) {
        Ok(_) | Err(Denied::Rule { .. }) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Settings that name the recipe and its version; `None` if they can't be read.
pub fn with_version(text: &str, recipe: &str, version: &str) -> Option<String> {
    let mut env = EnvFile::parse(text).ok()?;
    let key = if env.get("RECIPE").is_some() && env.get("TYPE").is_none() { "RECIPE" } else { "TYPE" };
    let value = format!("{recipe}:{version}");
    if env.get(key).as_deref() != Some(value.as_str()) {
        env.set(key, &value);
    }
    Some(env.text())
}
