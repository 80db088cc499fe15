//! What can be done to a repository.

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::{
    AbsPath, Backup, BackupError, BackupWish, CheckDepth, Checked, Entry, ForgetPlan, ForgetWish, Forgotten, Lock, Preview,
    RepositoryConfig, RestoreWish, Restored, Selection, Snapshot, SnapshotId, Stats, UnlockProof, Version, Watch,
};

/// Every call's result.
pub type Result<T> = std::result::Result<T, BackupError>;

/// The bytes of a dump as they come. The last item is an error if they are not all of it. Dropping it ends the reading.
pub type Dump = BoxStream<'static, Result<Vec<u8>>>;

/// What a dump is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpForm {
    /// A file's own bytes.
    File,
    /// A folder, packed by `tar`.
    Tar,
}

/// One repository. Reading takes no lock there, so it neither waits for anybody nor leaves one behind.
#[async_trait]
pub trait BackupEngine: Send + Sync {
    /// Of the program. One that is too old is an error.
    async fn version(&self) -> Result<Version>;
    /// Makes the repository. An error if there is one already.
    async fn init(&self) -> Result<RepositoryConfig>;
    /// The first look: whether the place answers, is a repository, and opens with the password.
    async fn config(&self) -> Result<RepositoryConfig>;
    /// The oldest first.
    async fn snapshots(&self, which: &Selection) -> Result<Vec<Snapshot>>;
    /// `None` if there is none of that id.
    async fn snapshot(&self, id: &SnapshotId) -> Result<Option<Snapshot>>;
    /// What lies directly in a folder of a snapshot, by name. Empty if there is no such folder.
    async fn list(&self, snapshot: &SnapshotId, folder: &AbsPath) -> Result<Vec<Entry>>;
    /// Makes a snapshot. Files that can't be read do not end it; see [`Backup::is_partial`].
    async fn backup(&self, wish: &BackupWish, watch: &Watch) -> Result<Backup>;
    /// What [`restore`](Self::restore) would do. Changes nothing.
    async fn preview(&self, wish: &RestoreWish, watch: &Watch) -> Result<Preview>;
    /// Puts back, and reads again what it wrote. An error unless everything came back.
    async fn restore(&self, wish: &RestoreWish, watch: &Watch) -> Result<Restored>;
    /// A file or a folder of a snapshot. What is known at once to be wrong is an error here, not in the stream.
    async fn dump(&self, snapshot: &SnapshotId, path: &AbsPath, form: DumpForm) -> Result<Dump>;
    async fn stats(&self) -> Result<Stats>;
    /// Looks for damage. Damage that was found is no error, see [`Checked::is_sound`].
    async fn check(&self, depth: CheckDepth, watch: &Watch) -> Result<Checked>;
    /// Looks which of the snapshots are there and may go. Removes nothing.
    async fn plan_forget(&self, wish: &ForgetWish) -> Result<ForgetPlan>;
    /// Removes snapshots; their data stays until a [`prune`](Self::prune).
    async fn forget(&self, plan: &ForgetPlan) -> Result<Forgotten>;
    /// Removes data that no snapshot needs. Nobody else may work on the repository meanwhile.
    async fn prune(&self, watch: &Watch) -> Result<()>;
    async fn locks(&self) -> Result<Vec<Lock>>;
    /// Removes locks that are proven to be left over. An error, and nothing removed, if others have come.
    async fn unlock(&self, proof: &UnlockProof) -> Result<()>;
}
