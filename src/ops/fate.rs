//! What in truth became of everything that was to be destroyed with an app.

use std::collections::BTreeSet;

use super::ended::OpError;
use super::run::Run;
use crate::engine::EngineError;

/// What went, what was gone before, and what stayed. Told in the audit log and, where the operation failed, with the cause.
#[derive(Default)]
pub(super) struct Fate {
    /// What an earlier beginning of this operation wrote down.
    told: BTreeSet<String>,
    /// The operation had begun to destroy when Canteen was restarted.
    begun_before: bool,
    pub(super) volumes: Vec<String>,
    pub(super) secrets: Vec<String>,
    pub(super) configs: Vec<String>,
    /// Such as "the secret `pad_db_v1`".
    pub(super) absent: Vec<String>,
    /// With the reason, such as "the volume `pad_data` (not chosen)".
    pub(super) stayed: Vec<String>,
}

/// A kind of object that goes with an app.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Volume,
    Secret,
    Config,
}

impl Kind {
    /// The object as a sentence names it.
    pub(super) fn of(self, name: &str) -> String {
        match self {
            Self::Volume => format!("the volume {name}"),
            Self::Secret => format!("the secret {name}"),
            Self::Config => format!("the config {name}"),
        }
    }
}

impl Fate {
    /// Knows what was written down before a restart.
    pub(super) fn after(begun_before: bool, told: impl Iterator<Item = String>) -> Self {
        Self { told: told.collect(), begun_before, ..Self::default() }
    }

    /// Notes whether the engine removed it; the engine's answer is handed on.
    pub(super) async fn answered(&mut self, run: &Run, kind: Kind, name: &str, answer: Result<(), OpError>) -> Result<(), OpError> {
        match answer {
            Ok(()) => {
                self.destroyed(kind, name);
                Ok(())
            }
            Err(OpError::Engine(EngineError::NotFound { .. })) => self.not_there(run, kind, name).await,
            refused => refused,
        }
    }

    /// It is not on the Swarm. What was there when it was asked for, and went while this operation destroyed, went by its hand, unless
    /// it was missed from the beginning.
    pub(super) async fn not_there(&mut self, run: &Run, kind: Kind, name: &str) -> Result<(), OpError> {
        let what = kind.of(name);
        let missed = format!("{what} was not there any more");
        if self.begun_before && !self.told.contains(&missed) {
            self.destroyed(kind, name);
            return Ok(());
        }
        run.note(&missed).await?;
        self.absent.push(what);
        Ok(())
    }

    /// It stays.
    pub(super) fn stays(&mut self, what: &str, why: &str) {
        self.stayed.push(format!("{what} ({why})"));
    }

    fn destroyed(&mut self, kind: Kind, name: &str) {
        let list = match kind {
            Kind::Volume => &mut self.volumes,
            Kind::Secret => &mut self.secrets,
            Kind::Config => &mut self.configs,
        };
        if !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }

    /// The error with what was destroyed before it came to it.
    pub(super) fn tell(&self, error: OpError) -> OpError {
        let kinds = [(Kind::Volume, &self.volumes), (Kind::Secret, &self.secrets), (Kind::Config, &self.configs)];
        let gone: Vec<String> = kinds.iter().flat_map(|(kind, names)| names.iter().map(|name| kind.of(name))).collect();
        if gone.is_empty() {
            return error;
        }
        let ended = error.into_ended();
        let outcome = if ended.outcome == "blocked" { "blocked" } else { "failed" };
        OpError::stop(outcome, format!("{}\nDestroyed before that: {}", ended.cause, gone.join(", ")))
    }
}
