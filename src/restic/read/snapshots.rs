//! The list of `snapshots --json`.

use serde::Deserialize;

use super::milliseconds;
use crate::restic::{AbsPath, Snapshot, SnapshotId, Summary, Tags};

#[derive(Deserialize)]
struct Listed {
    id: String,
    time: String,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    paths: Vec<String>,
    summary: Option<Counts>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Counts {
    backup_start: String,
    backup_end: String,
    files_new: u64,
    files_changed: u64,
    data_added: u64,
    data_added_packed: Option<u64>,
    total_files_processed: u64,
    total_bytes_processed: u64,
}

impl Counts {
    fn summary(&self) -> Summary {
        let took = milliseconds(&self.backup_end).saturating_sub(milliseconds(&self.backup_start));
        Summary {
            files: self.total_files_processed,
            bytes: self.total_bytes_processed,
            files_new: self.files_new,
            files_changed: self.files_changed,
            packed: self.data_added_packed.unwrap_or(self.data_added),
            took: u64::try_from(took).unwrap_or(0),
        }
    }
}

/// The oldest first. Paths that are none of ours, such as those of another system, are looked over.
///
/// # Errors
/// It is no list of snapshots, or one has no id.
pub(in crate::restic) fn snapshots(text: &str) -> Result<Vec<Snapshot>, serde_json::Error> {
    use serde::de::Error as _;

    let listed: Vec<Listed> = serde_json::from_str(text)?;
    let read = |listed: Listed| {
        let words = listed.tags.unwrap_or_default();
        Ok(Snapshot {
            id: SnapshotId::new(&listed.id).ok_or_else(|| serde_json::Error::custom("a snapshot without an id"))?,
            time: milliseconds(&listed.time),
            host: listed.hostname,
            tags: Tags::read(&words),
            words,
            paths: listed.paths.iter().filter_map(|path| AbsPath::new(path).ok()).collect(),
            summary: listed.summary.map(|counts| counts.summary()),
        })
    };
    let mut all = listed.into_iter().map(read).collect::<Result<Vec<_>, serde_json::Error>>()?;
    all.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| a.id.cmp(&b.id)));
    Ok(all)
}
