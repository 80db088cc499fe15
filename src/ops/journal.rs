//! Where a run writes down what it does.

use std::sync::Arc;

use async_trait::async_trait;

use super::ended::OpError;
use super::live::Live;
use crate::store::Store;

/// What kind of line a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A step begins.
    Begin,
    /// A step is done.
    End,
    /// A step was not reached.
    Fail,
    Note,
    /// Something on the Swarm was changed: `create network x`.
    Change,
    Warn,
    /// A service wrote it.
    Log,
    /// How far a service is.
    Progress,
    /// A command wrote it: to stdout, to stderr; or so many lines of that were left out.
    Out,
    Err,
    Cut,
    /// A command has ended: how, after what time, and the sum of what it wrote.
    Ran,
    /// Services that are about to be stopped, and how many tasks each had.
    Stopped,
}

impl Level {
    /// The spelling in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::End => "end",
            Self::Fail => "fail",
            Self::Note | Self::Change => "note",
            Self::Warn => "warn",
            Self::Log => "log",
            Self::Progress => "progress",
            Self::Out => "out",
            Self::Err => "err",
            Self::Cut => "cut",
            Self::Ran => "ran",
            Self::Stopped => "stopped",
        }
    }
}

/// The dashboard keeps a journal in its database; the command line shows it.
#[async_trait]
pub trait Journal: Send + Sync {
    /// `step` is the present step; for lines about a service, the service.
    async fn line(&self, step: &str, level: Level, text: &str) -> Result<(), OpError>;
    /// Changes begin. Afterwards a restart goes on instead of beginning anew.
    async fn touch(&self) -> Result<(), OpError>;
}

/// The journal of an operation, in the database. Whoever looks at the operation hears of each line.
pub(super) struct Kept {
    pub(super) operation: i32,
    pub(super) store: Store,
    pub(super) live: Arc<Live>,
}

#[async_trait]
impl Journal for Kept {
    async fn line(&self, step: &str, level: Level, text: &str) -> Result<(), OpError> {
        self.store.write_line(self.operation, step, level.as_str(), text).await?;
        self.live.poke(&format!("op-{}", self.operation));
        Ok(())
    }

    async fn touch(&self) -> Result<(), OpError> {
        Ok(self.store.mark_touched(self.operation).await?)
    }
}
