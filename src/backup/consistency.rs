//! How far the files of a backup fit each other.

/// What the files of a backup are like, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consistency {
    /// A hook wrote them for the backup, and nothing else of the volume is taken.
    Dump,
    /// Nothing ran while they were copied.
    Stopped,
    /// Copied while the app wrote: as after a power cut at best.
    Live,
}

impl Consistency {
    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dump => "dump",
            Self::Stopped => "stopped",
            Self::Live => "live",
        }
    }
}
