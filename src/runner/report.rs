//! What a runner tells, a line of JSON each.

use serde::{Deserialize, Serialize};

use crate::restic::SnapshotId;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Report {
    /// A step begins.
    Step {
        name: String,
    },
    /// How far the copying has come; totals are 0 while they are being counted.
    Progress {
        files: u64,
        files_total: u64,
        bytes: u64,
        bytes_total: u64,
    },
    Hook(HookReport),
    /// Something is missing or doubtful in this backup, which is partial therefore.
    Warning {
        text: String,
    },
    /// The last line.
    Done {
        outcome: Outcome,
        cause: String,
        stored: Option<Stored>,
    },
}

/// How a hook ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookReport {
    /// The full name of the service.
    pub service: String,
    /// It came before the files were read.
    pub before: bool,
    /// `None` if it did not come to an end.
    pub code: Option<i64>,
    /// Why it counts as failed; empty if it does not.
    pub fault: String,
    /// The end of what it wrote, with what is secret cut out.
    pub output: String,
    pub milliseconds: u64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Succeeded,
    /// There is a snapshot, and something is missing in it or was not done for it.
    Partial,
    Failed,
    Cancelled,
}

impl Outcome {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A snapshot that was made, and found again in the repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub snapshot: SnapshotId,
    pub files: u64,
    pub bytes: u64,
    /// Bytes that the repository grew by.
    pub packed: u64,
    /// Files that could not be read.
    pub faults: u64,
}

impl Report {
    /// As a line, without its end.
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a line; `None` if it is none of ours, such as what a program says that could not be started.
    pub fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_were_written() {
        let id = SnapshotId::new(&"ab".repeat(32)).unwrap();
        let stored = Stored { snapshot: id, files: 2, bytes: 9, packed: 5, faults: 0 };
        for report in [
            Report::Step { name: "Hooks".into() },
            Report::Progress { files: 1, files_total: 2, bytes: 3, bytes_total: 4 },
            Report::Hook(HookReport { service: "a_db".into(), before: true, code: Some(1), ..hook() }),
            Report::Warning { text: "two\nlines".into() },
            Report::Done { outcome: Outcome::Partial, cause: String::new(), stored: Some(stored) },
        ] {
            let line = report.line();
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(Report::read(&line), Some(report));
        }
        assert_eq!(Report::read("exec format error"), None);
    }

    fn hook() -> HookReport {
        HookReport {
            service: String::new(),
            before: false,
            code: None,
            fault: String::new(),
            output: String::new(),
            milliseconds: 0,
        }
    }
}
