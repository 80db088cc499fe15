use std::collections::BTreeSet;

/// Which apps somebody may see, or may do a thing to. Lists and counts are made of these and of nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All, those that are made later too.
    All,
    /// These, by name.
    Apps(BTreeSet<String>),
}

impl Sight {
    /// Whether the app is among them.
    pub fn has(&self, app: &str) -> bool {
        match self {
            Self::All => true,
            Self::Apps(apps) => apps.contains(app),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Apps(apps) if apps.is_empty())
    }
}
