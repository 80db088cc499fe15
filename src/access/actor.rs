use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::permission::{Permission, Permissions};
use super::rights::Rights;
use super::sight::Sight;
use super::token::ByToken;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in member.
    Member { id: i32, name: String, rights: Arc<Rights>, via: Via },
    /// Somebody who has not signed in.
    Stranger { via: Via },
    /// The dashboard's own clock: what it does because it is time to, as updates in their window.
    Scheduler,
    /// The dashboard itself: `recovery`, `command line`.
    System(&'static str),
}

/// The name of [`Actor::Scheduler`].
pub const SCHEDULER: &str = "scheduler";

/// The name of whoever types on the server itself.
pub const COMMAND_LINE: &str = "command line";

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
    /// The identity provider by which the session began.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub issuer: Option<String>,
    pub ip: String,
    /// The request's id, which error pages show too.
    pub request: String,
}

/// What the policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    Stranger,
    Member(&'a Rights),
    Scheduler,
    System,
}

impl Actor {
    /// What the policy looks at.
    pub fn standing(&self) -> Standing<'_> {
        match self {
            Self::Member { rights, .. } => Standing::Member(rights),
            Self::Stranger { .. } => Standing::Stranger,
            Self::Scheduler => Standing::Scheduler,
            Self::System(_) => Standing::System,
        }
    }

    /// The apps that the actor may see: what lists and counts are made of.
    pub fn sight(&self) -> Sight {
        self.sight_of(Permission::ViewApp)
    }

    /// The apps on which the actor has this permission.
    pub fn sight_of(&self, one: Permission) -> Sight {
        match self {
            Self::Member { rights, via, .. } => match &via.token {
                Some(token) => token.limits.narrow(one, rights.sight(one)),
                None => rights.sight(one),
            },
            Self::Stranger { .. } => Sight::Apps(BTreeSet::new()),
            Self::Scheduler | Self::System(_) => Sight::All,
        }
    }

    /// What a member may do on this app; nobody else has permissions.
    pub fn on(&self, app: &str) -> Permissions {
        match self {
            Self::Member { rights, .. } => rights.on(app),
            Self::Stranger { .. } | Self::Scheduler | Self::System(_) => Permissions::NONE,
        }
    }

    /// What a member may do over everything; nobody else has permissions.
    pub fn everywhere(&self) -> Permissions {
        match self {
            Self::Member { rights, .. } => rights.everywhere(),
            Self::Stranger { .. } | Self::Scheduler | Self::System(_) => Permissions::NONE,
        }
    }

    /// Whether the actor has all of these in this place, which is everything if no app is named. The server's command line stands for
    /// whoever owns the machine.
    pub fn covers(&self, app: Option<&str>, permissions: Permissions) -> bool {
        match self {
            Self::Member { rights, .. } => rights.covers(app, permissions),
            Self::Stranger { .. } | Self::Scheduler => false,
            Self::System(_) => true,
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
