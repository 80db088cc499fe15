//! Reading, which changes nothing and takes no lock.

use super::Restic;
use super::arguments;
use super::call::Limit;
use super::failure::failure;
use super::share::share;
use crate::restic::{
    AbsPath, BackupError, Entry, Place, RepositoryConfig, Result, Selection, Snapshot, SnapshotId, Stats, Version, Watch, read,
};

impl Restic {
    /// Refuses a restic whose codes and words we do not know.
    pub(super) async fn ask_version(&self) -> Result<Version> {
        let ask = || async {
            let text = self.ask(arguments::version(), self.patience.answer).await?;
            let found = read::version(text.trim()).ok_or_else(|| BackupError::Unreadable(text.trim().to_owned()))?;
            if found < Version::OLDEST { Err(BackupError::TooOld { found }) } else { Ok(found) }
        };
        self.version.get_or_try_init(ask).await.copied()
    }

    pub(super) async fn make(&self) -> Result<RepositoryConfig> {
        self.ask_version().await?;
        self.ask(arguments::init(), self.patience.answer).await?;
        if let Place::Local { path } = self.repository.place() {
            share(path).await;
        }
        self.read_config().await
    }

    pub(super) async fn read_config(&self) -> Result<RepositoryConfig> {
        self.ask_version().await?;
        let text = self.ask(arguments::config(), self.patience.answer).await?;
        read::config(&text).map_err(|error| self.unreadable(&error))
    }

    pub(super) async fn all_snapshots(&self, which: &Selection) -> Result<Vec<Snapshot>> {
        self.ask_version().await?;
        let text = self.ask(arguments::snapshots(which), self.patience.read).await?;
        read::snapshots(json(&text)).map_err(|error| self.unreadable(&error))
    }

    pub(super) async fn one_snapshot(&self, id: &SnapshotId) -> Result<Option<Snapshot>> {
        self.ask_version().await?;
        // One that is not there is an empty list, beside words that are no error.
        let text = self.ask(arguments::snapshot(id), self.patience.read).await?;
        let all = read::snapshots(json(&text)).map_err(|error| self.unreadable(&error))?;
        Ok(all.into_iter().find(|snapshot| snapshot.id == *id))
    }

    pub(super) async fn read_folder(&self, snapshot: &SnapshotId, folder: &AbsPath) -> Result<Vec<Entry>> {
        self.ask_version().await?;
        let mut entries = Vec::new();
        let mut wrong = None;
        let each = |line: &str| match read::node(line) {
            Ok(Some(entry)) => entries.push(entry),
            Err(error) if line.starts_with('{') => wrong = Some(error),
            // The snapshot itself, and words between the lines.
            Ok(None) | Err(_) => {}
        };
        let limit = Limit::Whole(self.patience.read);
        let ended = self.call(arguments::list(snapshot, folder), limit, &Watch::nobody(), each).await?;
        if ended.code != Some(0) {
            return Err(failure(ended.code, &ended.words, &self.repository));
        }
        if let Some(error) = wrong {
            return Err(self.unreadable(&error));
        }
        // The folder itself comes first, and folders on the way to it.
        entries.retain(|entry| {
            AbsPath::new(&entry.path).ok().and_then(|path| path.split().map(|(above, _)| above)).as_ref() == Some(folder)
        });
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    pub(super) async fn read_stats(&self) -> Result<Stats> {
        self.ask_version().await?;
        let text = self.ask(arguments::stats(), self.patience.read).await?;
        read::stats(json(&text)).map_err(|error| self.unreadable(&error))
    }
}

/// The line of JSON among lines of words.
fn json(text: &str) -> &str {
    text.lines().find(|line| line.starts_with(['[', '{'])).unwrap_or_default()
}
