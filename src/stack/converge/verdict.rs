//! How a deploy ends.

use serde::{Deserialize, Serialize};

/// The end of a deploy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub outcome: Outcome,
    /// Empty if the stack converged.
    pub causes: Vec<Cause>,
    /// The Swarm did not answer when the time was up, so nobody knows how the services are.
    #[serde(skip)]
    pub unseen: bool,
}

/// How a deploy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Converged,
    /// The engine went back to the spec before: the deploy failed, the old version runs.
    RolledBack,
    /// The engine stopped half-way and waits for somebody.
    Paused,
    /// It does not come up by itself.
    Failed,
    /// The time was up, and what was seen until then was not good.
    TimedOut,
    /// Nobody looks any longer, and nothing had gone wrong: an image was still being pulled, a service still started.
    StillWaiting,
}

impl Outcome {
    /// The spelling in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::RolledBack => "rolled_back",
            Self::Paused => "paused",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::StillWaiting => "still_waiting",
        }
    }
}

/// Why a service didn't come up, or what it still waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Full name.
    pub service: String,
    pub text: String,
}
