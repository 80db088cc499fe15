//! What is to happen when an app's recipe has newer versions.

use super::window::Window;

/// How far the dashboard goes by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Newer versions are not even told.
    Off,
    /// They are told; somebody deploys them.
    #[default]
    Notify,
    /// Those that raise only the last number are deployed in the window.
    Patch,
    /// Those that keep the first number are.
    Minor,
}

impl Mode {
    /// All of them, the tamest first.
    pub const ALL: [Self; 4] = [Self::Off, Self::Notify, Self::Patch, Self::Minor];

    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Notify => "notify",
            Self::Patch => "patch",
            Self::Minor => "minor",
        }
    }

    /// The mode of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }

    /// Whether the dashboard deploys anything by itself.
    pub const fn deploys(self) -> bool {
        matches!(self, Self::Patch | Self::Minor)
    }
}

/// The policy of one app. Unless somebody says otherwise, newer versions are told and nothing is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpdatePolicy {
    pub mode: Mode,
    pub window: Window,
    /// No update by itself without a backup before.
    pub backup_before: bool,
}
