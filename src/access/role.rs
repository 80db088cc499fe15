use std::fmt;
use std::str::FromStr;

use super::permission::{Permission, Permissions};

/// A bundle of permissions that comes with the product. A co-op may make others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees apps, operations and the history; changes nothing.
    Viewer,
    /// Sees what a viewer sees, and may take the history out of the dashboard.
    Auditor,
    /// Runs apps that are there.
    Operator,
    /// Makes and removes apps, and looks after recipes.
    Maintainer,
    /// May do everything.
    Admin,
}

const VIEWER: Permissions = {
    use Permission as P;
    Permissions::of(&[
        P::ViewApp,
        P::ReadLogs,
        P::ReadSettings,
        P::ListSecrets,
        P::ViewBackups,
        P::ViewCatalogue,
        P::ViewAudit,
        P::OwnTokens,
    ])
};

const AUDITOR: Permissions = {
    use Permission as P;
    VIEWER.and(Permissions::of(&[P::ExportAudit, P::ViewPeople, P::ViewServer]))
};

const OPERATOR: Permissions = {
    use Permission as P;
    VIEWER.and(Permissions::of(&[
        P::WriteSettings,
        P::SetSecrets,
        P::Deploy,
        P::Undeploy,
        P::RunCommand,
        P::Automate,
        P::NewApp,
        P::RunBackup,
        P::DrillBackup,
        P::Approve,
    ]))
};

const MAINTAINER: Permissions = {
    use Permission as P;
    OPERATOR.and(Permissions::of(&[
        P::Scale,
        P::RemoveApp,
        P::ImportApp,
        P::RestoreBackup,
        P::SyncCatalogue,
        P::UsePower,
        P::ViewPeople,
        P::ViewServer,
    ]))
};

impl Role {
    /// Every role, weakest first.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Auditor, Self::Operator, Self::Maintainer, Self::Admin];

    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Maintainer => "maintainer",
            Self::Admin => "admin",
        }
    }

    /// What it allows.
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::Viewer => VIEWER,
            Self::Auditor => AUDITOR,
            Self::Operator => OPERATOR,
            Self::Maintainer => MAINTAINER,
            Self::Admin => Permissions::all(),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no role.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no role is called {0:?}; there are viewer, auditor, operator, maintainer and admin")]
pub struct NoSuchRole(pub String);

impl FromStr for Role {
    type Err = NoSuchRole;

    fn from_str(text: &str) -> Result<Self, NoSuchRole> {
        Self::ALL.into_iter().find(|r| r.as_str() == text).ok_or_else(|| NoSuchRole(text.to_owned()))
    }
}
