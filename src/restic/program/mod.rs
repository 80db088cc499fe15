//! restic, called once for each thing that is to be done. Begin with `call.rs`.

mod arguments;
mod backup;
mod call;
mod dump;
mod failure;
mod look;
mod papers;
mod patience;
mod restore;
mod share;
mod upkeep;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::sync::OnceCell;

use self::arguments::Arguments;
use self::papers::Papers;
pub use self::patience::Patience;
use super::{
    AbsPath, Backup, BackupEngine, BackupWish, CheckDepth, Checked, Dump, DumpForm, Entry, ForgetPlan, ForgetWish, Forgotten, Lock,
    Preview, Repository, RepositoryConfig, RestoreWish, Restored, Result, Selection, Snapshot, SnapshotId, Stats, UnlockProof,
    Version, Watch,
};

/// One repository, worked on by the program restic.
pub struct Restic {
    binary: PathBuf,
    repository: Repository,
    scratch: PathBuf,
    cache: Option<PathBuf>,
    patience: Patience,
    /// Asked for once.
    version: OnceCell<Version>,
}

impl Restic {
    /// `binary` is an absolute path. Below `scratch`, best a folder in memory, each call has a folder of its own for as long as it runs:
    /// passwords and keys are written there, and what is packed before it is sent.
    pub fn new(binary: &Path, repository: Repository, scratch: &Path) -> Self {
        Self {
            binary: binary.to_owned(),
            repository,
            scratch: scratch.to_owned(),
            cache: None,
            patience: Patience::default(),
            version: OnceCell::new(),
        }
    }

    /// Keeps what tells where things are in a repository in this folder, encrypted, so that the next call need not fetch it again.
    #[must_use]
    pub fn with_cache(mut self, folder: &Path) -> Self {
        self.cache = Some(folder.to_owned());
        self
    }

    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }
}

/// Each verb stands in a file of its own.
#[async_trait]
impl BackupEngine for Restic {
    async fn version(&self) -> Result<Version> {
        self.ask_version().await
    }

    async fn init(&self) -> Result<RepositoryConfig> {
        self.make().await
    }

    async fn config(&self) -> Result<RepositoryConfig> {
        self.read_config().await
    }

    async fn snapshots(&self, which: &Selection) -> Result<Vec<Snapshot>> {
        self.all_snapshots(which).await
    }

    async fn snapshot(&self, id: &SnapshotId) -> Result<Option<Snapshot>> {
        self.one_snapshot(id).await
    }

    async fn list(&self, snapshot: &SnapshotId, folder: &AbsPath) -> Result<Vec<Entry>> {
        self.read_folder(snapshot, folder).await
    }

    async fn backup(&self, wish: &BackupWish, watch: &Watch) -> Result<Backup> {
        self.store(wish, watch).await
    }

    async fn preview(&self, wish: &RestoreWish, watch: &Watch) -> Result<Preview> {
        self.try_restore(wish, watch).await
    }

    async fn restore(&self, wish: &RestoreWish, watch: &Watch) -> Result<Restored> {
        self.put_back(wish, watch).await
    }

    async fn dump(&self, snapshot: &SnapshotId, path: &AbsPath, form: DumpForm) -> Result<Dump> {
        self.pour(snapshot, path, form).await
    }

    async fn stats(&self) -> Result<Stats> {
        self.read_stats().await
    }

    async fn check(&self, depth: CheckDepth, watch: &Watch) -> Result<Checked> {
        self.look_for_damage(depth, watch).await
    }

    async fn plan_forget(&self, wish: &ForgetWish) -> Result<ForgetPlan> {
        Ok(ForgetPlan::new(wish, &self.all_snapshots(&Selection::all()).await?)?)
    }

    async fn forget(&self, plan: &ForgetPlan) -> Result<Forgotten> {
        self.give_up(plan).await
    }

    async fn prune(&self, watch: &Watch) -> Result<()> {
        self.tidy(watch).await
    }

    async fn locks(&self) -> Result<Vec<Lock>> {
        self.read_locks().await
    }

    async fn unlock(&self, proof: &UnlockProof) -> Result<()> {
        self.remove_locks(proof).await
    }
}
