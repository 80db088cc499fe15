//! What is to be stored, and how much of a repository is to be read for a check.

use super::{AbsPath, SnapshotId, Tags};

/// What is to become a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupWish {
    /// The server's domain: snapshots of one server belong together, whichever container made them.
    pub host: String,
    pub tags: Tags,
    /// Each must be there when it begins. Sorted and without doubles is best.
    pub paths: Vec<AbsPath>,
    /// The newest good snapshot of the app, so that files that did not change since are not read again.
    pub parent: Option<SnapshotId>,
}

/// How thoroughly a repository is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDepth {
    /// That everything which snapshots need is listed and there. Finds no bit rot.
    Structure,
    /// And every `of`-th part of the data is read and compared with its hash, the `part`-th of them; parts count from 1.
    Part { part: u32, of: u32 },
    /// And all data is read.
    Data,
}
