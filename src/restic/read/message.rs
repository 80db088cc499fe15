//! The lines of a long run, one JSON object each.

use serde::Deserialize;
use serde_json::Value;

use crate::restic::{FileFault, Progress, SnapshotId, Summary};

/// One line.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "message_type", rename_all = "snake_case")]
pub(in crate::restic) enum Message {
    Status(Status),
    Summary(Totals),
    Error(Fault),
    VerboseStatus {
        #[serde(default)]
        action: String,
        #[serde(default)]
        item: String,
    },
    ExitError {
        #[serde(default)]
        message: String,
    },
    #[serde(other)]
    Unknown,
}

impl Message {
    /// `None` if the line is no object of JSON; restic says some things in plain text.
    pub(in crate::restic) fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// How far a backup or a restore is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in crate::restic) struct Status {
    total_files: u64,
    total_bytes: u64,
    files_done: u64,
    bytes_done: u64,
    files_restored: u64,
    files_skipped: u64,
    bytes_restored: u64,
    bytes_skipped: u64,
    error_count: u64,
    current_files: Vec<String>,
}

impl Status {
    pub(in crate::restic) fn progress(self) -> Progress {
        Progress {
            files_done: self.files_done + self.files_restored + self.files_skipped,
            files_total: self.total_files,
            bytes_done: self.bytes_done + self.bytes_restored + self.bytes_skipped,
            bytes_total: self.total_bytes,
            faults: self.error_count,
            current: self.current_files,
        }
    }
}

/// The last line of a backup, a restore or a check: each has some of the fields.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(in crate::restic) struct Totals {
    snapshot_id: Option<String>,
    total_files_processed: u64,
    total_bytes_processed: u64,
    files_new: u64,
    files_changed: u64,
    data_added: u64,
    data_added_packed: Option<u64>,
    total_duration: f64,
    pub(in crate::restic) files_restored: u64,
    pub(in crate::restic) files_skipped: u64,
    pub(in crate::restic) files_deleted: u64,
    pub(in crate::restic) bytes_restored: u64,
    pub(in crate::restic) num_errors: u64,
    pub(in crate::restic) broken_packs: Option<Vec<String>>,
}

impl Totals {
    /// The snapshot that was made. 0.14 gave a short id, which is none to us.
    pub(in crate::restic) fn snapshot(&self) -> Option<SnapshotId> {
        self.snapshot_id.as_deref().and_then(SnapshotId::new)
    }

    pub(in crate::restic) fn summary(&self) -> Summary {
        Summary {
            files: self.total_files_processed,
            bytes: self.total_bytes_processed,
            files_new: self.files_new,
            files_changed: self.files_changed,
            packed: self.data_added_packed.unwrap_or(self.data_added),
            took: std::time::Duration::try_from_secs_f64(self.total_duration)
                .map_or(0, |took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

/// A file that could not be read or written, or what a check found.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(in crate::restic) struct Fault {
    error: Value,
    message: String,
    during: String,
    item: String,
}

impl Fault {
    /// The scanner runs ahead to count, and finds what the archiver then finds once more.
    pub(in crate::restic) fn is_of_scan(&self) -> bool {
        self.during == "scan"
    }

    /// A text; before 0.18 what Go makes of an error, such as `{"Op":"open","Path":"/x","Err":13}`.
    pub(in crate::restic) fn file_fault(self) -> FileFault {
        let text = |value: &Value| value.as_str().map(|text| text.trim().to_owned());
        let problem = match &self.error {
            Value::Null => self.message.trim().to_owned(),
            Value::Object(fields) => fields.get("message").and_then(text).unwrap_or_else(|| self.error.to_string()),
            other => text(other).unwrap_or_else(|| other.to_string()),
        };
        FileFault { path: self.item, problem }
    }
}
