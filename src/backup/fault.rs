//! Labels of backups that can't be followed.

/// A label that can't be followed as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{service}: {label}: {kind}")]
pub struct Fault {
    /// The short name of the service that has it.
    pub service: String,
    /// The label's key.
    pub label: String,
    pub kind: FaultKind,
}

/// What is wrong with the label. Where it can't be understood, more is taken into the backup and never less.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum FaultKind {
    #[error("\"{0}\" is neither true nor false, so it is taken for true")]
    NotABoolean(String),
    #[error("it names no path, so the whole volume is taken")]
    NoPath,
    #[error("the path \"{0}\" begins with /; paths begin at the top of the volume")]
    Absolute(String),
    #[error("the path \"{0}\" leads out of the volume")]
    Outside(String),
    #[error("the path \"{0}\" is the whole volume; leave the label out")]
    Everything(String),
    #[error("no service mounts a volume {0}")]
    NoSuchVolume(String),
    #[error("the volume is left out and has paths to be taken; it is left out")]
    LeftOutAndTaken,
    #[error("the hook is empty")]
    EmptyHook,
    #[error("an old label, which does nothing")]
    Old,
    #[error("not a label that backups know, so it does nothing")]
    Unknown,
    #[error("it is a label of the containers, where nothing looks for it; put it below deploy.labels")]
    OnContainers,
}

impl FaultKind {
    /// Whether the label is not misspelt but one that nothing reads.
    pub const fn does_nothing(&self) -> bool {
        matches!(self, Self::Old | Self::Unknown | Self::OnContainers)
    }
}
