use serde::{Deserialize, Serialize};

use super::role::Role;
use super::token::ByToken;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in member.
    Member { id: i32, name: String, role: Role, via: Via },
    /// Somebody who has not signed in.
    Stranger { via: Via },
    /// The dashboard's own clock: what it does because it is time to, as updates in their window.
    Scheduler,
    /// The dashboard itself: `recovery`, `command line`.
    System(&'static str),
}

/// The name of [`Actor::Scheduler`].
pub const SCHEDULER: &str = "scheduler";

/// By which way somebody came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    /// `browser`, `token`, `operation 7` …
    pub way: String,
    /// The session's row id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub session: Option<i32>,
    /// The API token that came instead of a session.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<ByToken>,
    pub ip: String,
    /// The request's id, which error pages show too.
    pub request: String,
}

/// What the policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Stranger,
    Member(Role),
    Scheduler,
    System,
}

impl Actor {
    /// What the policy looks at.
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Member { role, .. } => Standing::Member(*role),
            Self::Stranger { .. } => Standing::Stranger,
            Self::Scheduler => Standing::Scheduler,
            Self::System(_) => Standing::System,
        }
    }

    /// The name for people.
    pub fn name(&self) -> &str {
        match self {
            Self::Member { name, .. } => name,
            Self::Stranger { .. } => "somebody",
            Self::Scheduler => SCHEDULER,
            Self::System(part) => part,
        }
    }

    /// The member's id.
    pub const fn member(&self) -> Option<i32> {
        match self {
            Self::Member { id, .. } => Some(*id),
            Self::Stranger { .. } | Self::Scheduler | Self::System(_) => None,
        }
    }

    /// `member`, `stranger` or `system`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Member { .. } => "member",
            Self::Stranger { .. } => "stranger",
            Self::Scheduler | Self::System(_) => "system",
        }
    }

    /// By which way the actor came; the system came by none.
    pub const fn via(&self) -> Option<&Via> {
        match self {
            Self::Member { via, .. } | Self::Stranger { via } => Some(via),
            Self::Scheduler | Self::System(_) => None,
        }
    }
}
