use std::fmt;
use std::str::FromStr;

/// A named bundle of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees apps, operations and the history; changes nothing.
    Viewer,
    /// May do everything.
    Admin,
}

impl Role {
    /// Every role, weakest first.
    pub const ALL: [Self; 2] = [Self::Viewer, Self::Admin];

    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Admin => "admin",
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
#[error("no role is called {0:?}; there are viewer and admin")]
pub struct NoSuchRole(pub String);

impl FromStr for Role {
    type Err = NoSuchRole;

    fn from_str(text: &str) -> Result<Self, NoSuchRole> {
        Self::ALL.into_iter().find(|r| r.as_str() == text).ok_or_else(|| NoSuchRole(text.to_owned()))
    }
}
