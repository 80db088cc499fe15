//! A snapshot: the files of one moment, as a repository keeps them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::restore::Captured;
use super::{AbsPath, Tags};

/// The whole id of a snapshot: 64 digits of its content's hash. Words such as `latest` are none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotId(String);

impl SnapshotId {
    /// `None` if it is not 64 hexadecimal digits in lower case.
    pub fn new(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        (text.len() == 64 && digits).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What people read: its first eight digits, as restic shows them.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl TryFrom<String> for SnapshotId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text).ok_or("the id of a snapshot has 64 hexadecimal digits")
    }
}

impl From<SnapshotId> for String {
    fn from(id: SnapshotId) -> Self {
        id.0
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub id: SnapshotId,
    /// When reading began, in milliseconds since 1970 (UTC).
    pub time: i64,
    /// Whose files; for ours, the server's domain.
    pub host: String,
    /// All of them, as they stand in the repository.
    pub words: Vec<String>,
    /// What the words say; `None` for a snapshot that is not ours.
    pub tags: Option<Tags>,
    /// What was asked for and found.
    pub paths: Vec<AbsPath>,
    /// Missing where an old restic made it.
    pub summary: Option<Summary>,
}

impl Snapshot {
    /// What it holds of a folder, such as a volume's: all of it, or some paths. `None` if it holds nothing there.
    pub fn captured(&self, folder: &AbsPath) -> Option<Captured> {
        Captured::of(self, folder)
    }

    /// Whether it is our own, good snapshot of this app.
    pub fn is_good_of(&self, app: &str) -> bool {
        self.tags.as_ref().is_some_and(|tags| tags.app == app && !tags.partial)
    }
}

/// What was read and stored while a snapshot was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Files that it holds.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    pub files_new: u64,
    pub files_changed: u64,
    /// Bytes that the repository grew by, packed.
    pub packed: u64,
    /// Milliseconds that it took.
    pub took: u64,
}

/// Which snapshots are wanted. What is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub host: Option<String>,
    /// The stack's name.
    pub app: Option<String>,
}

impl Selection {
    /// Every snapshot of the repository.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those of one app.
    pub fn of(host: &str, app: &str) -> Self {
        Self { host: Some(host.to_owned()), app: Some(app.to_owned()) }
    }
}
