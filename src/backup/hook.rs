//! Commands that a recipe wants run around a backup or a restore.

/// When a hook is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    BeforeBackup,
    /// Whatever became of the backup: it cleans up.
    AfterBackup,
    BeforeRestore,
    /// When the files are back, such as to load a dump.
    AfterRestore,
}

impl Moment {
    /// In the order of time.
    pub const ALL: [Self; 4] = [Self::BeforeBackup, Self::AfterBackup, Self::BeforeRestore, Self::AfterRestore];

    /// The label that asks for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::BeforeBackup => "backupbot.backup.pre-hook",
            Self::AfterBackup => "backupbot.backup.post-hook",
            Self::BeforeRestore => "backupbot.restore.pre-hook",
            Self::AfterRestore => "backupbot.restore.post-hook",
        }
    }
}

/// A command of one service. It runs in a container of the service, which must be up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hook {
    pub moment: Moment,
    /// The service's short name.
    pub service: String,
    /// As the label has it. It may hold values of the app's settings, so mask those before it is shown.
    pub command: String,
}
