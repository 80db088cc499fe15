//! What goes wrong with a repository.

use std::fmt;

use super::{AbsPath, NotForgotten, Version};

/// One file that could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// As restic names it; empty where it names none.
    pub path: String,
    /// The system's words.
    pub problem: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.problem),
            path => write!(f, "{path}: {}", self.problem),
        }
    }
}

/// Why something could not be done. The texts never hold anything secret: it is cut out of what restic says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// `restic` could not be started at all, or its scratch folder could not be written.
    #[error("restic could not be started: {0}")]
    NotStarted(String),
    #[error("restic {found} is too old; Canteen needs {} or newer", Version::OLDEST)]
    TooOld { found: Version },
    /// Exit code 10.
    #[error("there is no repository at {place}: {text}")]
    NoRepository { place: String, text: String },
    /// Exit code 12.
    #[error("the password does not open the repository at {place}")]
    WrongPassword { place: String },
    /// Exit code 11, after waiting.
    #[error("the repository is locked: {0}")]
    Locked(String),
    /// What was to be stored is not there. Nothing was stored.
    #[error("not there, so nothing was stored: {}", listed(.0))]
    Missing(Vec<AbsPath>),
    /// The disk that the repository, a target or the scratch folder lies on.
    #[error("no space is left: {0}")]
    NoSpace(String),
    /// It ended before everything was put back. What could be put back was.
    #[error("{} could not be put back, beginning with {}", counted(.0.len()), first(.0))]
    Incomplete(Vec<FileFault>),
    /// Whatever answers there did not answer in time.
    #[error("{place} did not answer within {seconds} seconds")]
    TimedOut { place: String, seconds: u64 },
    #[error("cancelled")]
    Cancelled,
    /// Locks have come that nobody has looked at.
    #[error("the repository has a lock that is not known to be left over, of {0}")]
    LiveLock(String),
    /// The wish to give snapshots up can't be a plan.
    #[error(transparent)]
    NotForgotten(#[from] NotForgotten),
    #[error("restic gave an answer that can't be read: {0}")]
    Unreadable(String),
    /// Anything else, in restic's words.
    #[error("restic failed: {0}")]
    Failed(String),
}

fn listed(paths: &[AbsPath]) -> String {
    paths.iter().map(AbsPath::as_str).collect::<Vec<_>>().join(", ")
}

fn counted(files: usize) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

fn first(faults: &[FileFault]) -> String {
    faults.first().map(ToString::to_string).unwrap_or_default()
}
