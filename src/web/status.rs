//! States in words. Each is shown as a glyph, a word and a colour, never as a colour alone.

use crate::ops::fallback::PUT_BACK;

/// How a state is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Class of the tag: `ok`, `warn`, `bad`, `info` or `idle`.
    pub tone: &'static str,
    pub glyph: &'static str,
    pub word: &'static str,
}

const fn mark(tone: &'static str, glyph: &'static str, word: &'static str) -> Mark {
    Mark { tone, glyph, word }
}

/// The health of an app or of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Healthy,
    Updating,
    Degraded,
    Failing,
    NotDeployed,
    ScaledToZero,
    /// A timer starts it when it is time.
    Scheduled,
    Unknown,
}

impl Status {
    pub const ALL: [Self; 8] = [
        Self::Healthy,
        Self::Updating,
        Self::Degraded,
        Self::Failing,
        Self::NotDeployed,
        Self::ScaledToZero,
        Self::Scheduled,
        Self::Unknown,
    ];

    pub fn mark(self) -> Mark {
        match self {
            Self::Healthy => mark("ok", "●", "Healthy"),
            Self::Updating => mark("info", "◐", "Updating"),
            Self::Degraded => mark("warn", "▲", "Degraded"),
            Self::Failing => mark("bad", "✕", "Failing"),
            Self::NotDeployed => mark("idle", "○", "Not deployed"),
            Self::ScaledToZero => mark("idle", "‖", "Scaled to 0"),
            Self::Scheduled => mark("ok", "◌", "By schedule"),
            Self::Unknown => mark("idle", "?", "Unknown"),
        }
    }

    /// The state's spelling in a query string, as the filter of the list sends it.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Updating => "updating",
            Self::Degraded => "degraded",
            Self::Failing => "failing",
            Self::NotDeployed => "not-deployed",
            Self::ScaledToZero => "scaled-to-0",
            Self::Scheduled => "by-schedule",
            Self::Unknown => "unknown",
        }
    }

    /// The state spelt by [`Status::slug`].
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.slug() == slug)
    }
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl OperationState {
    pub fn mark(self) -> Mark {
        match self {
            Self::Queued => mark("idle", "○", "Queued"),
            Self::Running => mark("info", "◐", "Running"),
            Self::Done => mark("ok", "●", "Done"),
            Self::Failed => mark("bad", "✕", "Failed"),
            Self::Cancelled => mark("idle", "–", "Cancelled"),
        }
    }

    /// Whether more is to come.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Converged,
    RolledBack,
    Paused,
    TimedOut,
    /// Nothing went wrong, but the time was up.
    Waiting,
    /// It failed, and everything runs again as before.
    PutBack,
    Failed,
}

impl Verdict {
    /// The verdict that is stored as this word.
    pub fn of(word: &str) -> Self {
        match word {
            "converged" => Self::Converged,
            "rolled back" => Self::RolledBack,
            "paused" => Self::Paused,
            "timed out" => Self::TimedOut,
            "still waiting" => Self::Waiting,
            PUT_BACK => Self::PutBack,
            _ => Self::Failed,
        }
    }

    pub fn mark(self) -> Mark {
        match self {
            Self::Converged => mark("ok", "●", "Came up"),
            Self::RolledBack => mark("bad", "✕", "Rolled back"),
            Self::Paused => mark("warn", "‖", "Paused"),
            Self::TimedOut => mark("bad", "✕", "Timed out"),
            Self::Waiting => mark("warn", "…", "Not yet up"),
            Self::PutBack => mark("bad", "✕", "Failed, put back"),
            Self::Failed => mark("bad", "✕", "Failed"),
        }
    }
}

/// Where one step of an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    Queued,
    Running,
    Done,
    Failed,
    Skipped,
}

impl StepState {
    pub fn mark(self) -> Mark {
        match self {
            Self::Queued => mark("idle", "○", "Queued"),
            Self::Running => mark("info", "◐", "Running"),
            Self::Done => mark("ok", "✓", "Done"),
            Self::Failed => mark("bad", "✕", "Failed"),
            Self::Skipped => mark("idle", "–", "Skipped"),
        }
    }
}

/// The result of looking at one thing: the proxy network, the DNS entry, the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    Passed,
    Warning,
    Failed,
    Waiting,
}

impl CheckState {
    pub fn mark(self) -> Mark {
        match self {
            Self::Passed => mark("ok", "✓", "Passed"),
            Self::Warning => mark("warn", "▲", "Warning"),
            Self::Failed => mark("bad", "✕", "Failed"),
            Self::Waiting => mark("idle", "…", "Checking"),
        }
    }
}

/// One line of a list of checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub state: CheckState,
    /// What was found and, where it did not pass, what to do.
    pub text: String,
}

/// Whether a secret of an app is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretState {
    Set,
    Missing,
    /// Still read by a service, and not by the next deploy.
    Outdated,
    Unused,
    Orphan,
}

impl SecretState {
    pub fn mark(self) -> Mark {
        match self {
            Self::Set => mark("ok", "●", "Set"),
            Self::Missing => mark("bad", "✕", "Missing"),
            Self::Outdated => mark("info", "◐", "Old, in use"),
            Self::Unused => mark("idle", "○", "Unused"),
            Self::Orphan => mark("warn", "▲", "Orphan"),
        }
    }
}

/// How an action in the audit log ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Failed,
    Denied,
    Unknown,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Done, Self::Failed, Self::Denied, Self::Unknown];

    pub fn mark(self) -> Mark {
        match self {
            Self::Done => mark("ok", "✓", "Done"),
            Self::Failed => mark("bad", "✕", "Failed"),
            Self::Denied => mark("warn", "▲", "Denied"),
            Self::Unknown => mark("idle", "?", "Unknown"),
        }
    }

    /// The outcome's spelling in a query string.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Denied => "denied",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_an_app_is_found_by_its_own_slug() {
        for status in Status::ALL {
            assert_eq!(Status::from_slug(status.slug()), Some(status));
        }
        assert_eq!(Status::from_slug("Healthy"), None);
    }
}
