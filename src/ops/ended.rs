use std::sync::Arc;

use crate::access::action::Conclude;
use crate::access::{Actor, Grant};
use crate::engine::EngineError;
use crate::stack::policy::Refused;
use crate::store::StoreError;
use crate::store::backups::NewRun;
use crate::store::deployments::NewDeployment;
use crate::store::operations::Operation;

/// How an operation ended.
pub struct Ended {
    /// It reached what was wanted.
    pub reached: bool,
    /// One word or two for the history: `converged`, `rolled back`, `undeployed`, `generated` …
    pub outcome: String,
    /// Why, for people; empty if there is nothing to explain.
    pub cause: String,
    /// What is kept of it if it was a deploy.
    pub deployment: Option<NewDeployment>,
    /// What its runners made, if it was a backup.
    pub backups: Vec<NewRun>,
    /// Snapshots of the app that are in their repository no more.
    pub gone: Vec<String>,
    /// The version that the app is on from now on.
    pub version: Option<String>,
    /// The Swarm did not answer when the time was up, so what became of it is not known.
    pub unseen: bool,
}

impl Ended {
    /// It worked.
    pub fn well(outcome: &str) -> Self {
        Self { reached: true, ..Self::badly(outcome, "") }
    }

    /// It did not, and this is why.
    pub fn badly(outcome: &str, cause: impl Into<String>) -> Self {
        Self {
            reached: false,
            outcome: outcome.to_owned(),
            cause: cause.into(),
            deployment: None,
            backups: vec![],
            gone: vec![],
            version: None,
            unseen: false,
        }
    }
}

/// The right to end an operation, and to undo what it had begun: whoever asked for it may have lost every other one since.
pub(super) fn conclude(operation: &Operation) -> Grant<Conclude> {
    let asked = &operation.asked_by;
    let mut via = asked.via.clone();
    via.way = format!("operation {}", operation.id);
    let actor = match asked.id {
        Some(id) => Actor::Member { id, name: asked.name.clone(), rights: Arc::default(), via },
        None if asked.is_scheduler() => Actor::Scheduler,
        None => Actor::System("operations"),
    };
    Grant::<Conclude>::conclude(actor, operation.app.clone())
}

/// An operation could not go on.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It must not go on; the text says what to do.
    #[error("{cause}")]
    Stop { outcome: &'static str, cause: String },
}

impl OpError {
    /// It must not go on.
    pub fn stop(outcome: &'static str, cause: impl Into<String>) -> Self {
        Self::Stop { outcome, cause: cause.into() }
    }

    /// The verdict that the error amounts to.
    pub fn into_ended(self) -> Ended {
        match self {
            Self::Stop { outcome, cause } => Ended::badly(outcome, cause),
            Self::Engine(error) => Ended::badly("failed", error.to_string()),
            Self::Store(error) => Ended::badly("failed", error.to_string()),
        }
    }
}

impl From<Refused> for OpError {
    fn from(why: Refused) -> Self {
        Self::stop("refused", why.to_string())
    }
}
