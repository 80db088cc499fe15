//! What somebody should know before an app is put back to a snapshot.

/// One of those.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    pub kind: WarningKind,
    /// In a sentence without a full stop.
    pub text: String,
}

/// Kinds, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WarningKind {
    /// The snapshot holds nothing that the app has.
    Nothing,
    /// Files of a database would be replaced while it runs, because a hook after the restore needs it.
    LiveDatabase,
    /// A hook can't be run: its service is not up.
    HookDown,
    /// What was written for the backup lies there unread: no hook loads it.
    Unread,
    /// Older data comes under a newer app.
    Older,
    /// Newer data comes under an older app.
    Newer,
    /// Another version, and nobody can tell which is newer.
    OtherVersion,
    /// Files are replaced under a service that has to stay up.
    Live,
    /// A job is at work and is not stopped.
    Job,
    /// The snapshot has a volume that the app does not have any more.
    Gone,
    /// The app has a volume that the snapshot does not hold; it stays as it is.
    Kept,
}

impl WarningKind {
    /// Whether the restore would most likely fail or do harm.
    pub const fn is_grave(self) -> bool {
        matches!(self, Self::Nothing | Self::LiveDatabase | Self::HookDown | Self::Unread)
    }
}
