//! How a run ended that did what it was asked for.

use super::{FileFault, SnapshotId, Summary};

/// What is known of a repository before its snapshots are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryConfig {
    /// Tells repositories apart, wherever they lie.
    pub id: String,
    /// Of the format; 1 or 2.
    pub version: u32,
}

/// A snapshot was made, and is in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    pub snapshot: SnapshotId,
    pub summary: Summary,
    /// What could not be read, by name: the snapshot lacks it. At most [`Backup::MOST_FAULTS`]; `faults_total` counts all.
    pub faults: Vec<FileFault>,
    pub faults_total: u64,
}

impl Backup {
    /// So many are kept by name.
    pub const MOST_FAULTS: usize = 1000;

    /// Whether something is missing in it.
    pub fn is_partial(&self) -> bool {
        self.faults_total > 0
    }
}

/// What putting back would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Files and folders that would be written anew or changed.
    pub written: u64,
    pub bytes: u64,
    /// Files that are right already.
    pub unchanged: u64,
    /// What would be removed; at most [`Preview::MOST_REMOVED`] by name, `removed_total` counts all.
    pub removed: Vec<String>,
    pub removed_total: u64,
}

impl Preview {
    /// So many are kept by name.
    pub const MOST_REMOVED: usize = 1000;
}

/// Everything was put back and read again to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Files, folders and the rest.
    pub entries: u64,
    pub bytes: u64,
    /// What was right already.
    pub unchanged: u64,
    pub removed: u64,
}

/// How large a repository is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes, packed.
    pub bytes: u64,
    /// Bytes before they were packed.
    pub unpacked: u64,
    pub snapshots: u64,
}

/// A check has ended, whatever it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What is wrong, in restic's words; empty if nothing is.
    pub problems: Vec<String>,
    /// Packs whose data is damaged; what is in them can't be put back.
    pub broken_packs: Vec<String>,
}

impl Checked {
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.broken_packs.is_empty()
    }
}
