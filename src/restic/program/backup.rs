//! Storing.

use std::fs;

use super::Restic;
use super::arguments;
use super::call::Limit;
use super::failure::{failure, told};
use crate::restic::read::Message;
use crate::restic::{AbsPath, Backup, BackupError, BackupWish, FileFault, Result, Watch};

impl Restic {
    pub(super) async fn store(&self, wish: &BackupWish, watch: &Watch) -> Result<Backup> {
        // restic looks over a path that is not there, and says that all is well.
        let missing: Vec<AbsPath> = wish.paths.iter().filter(|path| fs::symlink_metadata(path).is_err()).cloned().collect();
        if !missing.is_empty() || wish.paths.is_empty() {
            return Err(BackupError::Missing(missing));
        }
        // Somebody who does not answer is found out before minutes go by.
        self.read_config().await?;
        let (mut totals, mut faults) = (None, Faults::default());
        let each = |line: &str| match Message::read(line) {
            Some(Message::Status(status)) => watch.report(status.progress()),
            Some(Message::Summary(summary)) => totals = Some(summary),
            Some(Message::Error(fault)) if !fault.is_of_scan() => faults.add(fault.file_fault()),
            _ => {}
        };
        let limit = Limit::Silence(self.patience.stall + self.patience.lock);
        let ended = self.call(arguments::backup(wish, self.patience.lock), limit, watch, each).await?;
        let made = totals.as_ref().and_then(|totals| Some((totals.snapshot()?, totals.summary())));
        let (Some((id, summary)), Some(0 | 3)) = (made, ended.code) else {
            return Err(failure(ended.code, &ended.words, &self.repository));
        };
        // The repository is the truth: the snapshot is there, and holds every path.
        let Some(snapshot) = self.one_snapshot(&id).await? else {
            return Err(BackupError::Failed(format!("snapshot {} is not in the repository", id.short())));
        };
        for path in wish.paths.iter().filter(|path| !snapshot.paths.contains(path)) {
            faults.add(FileFault { path: path.to_string(), problem: "vanished before it was read".to_owned() });
        }
        if ended.code == Some(3) && faults.total == 0 {
            faults.add(FileFault { path: String::new(), problem: told(&ended.words, &self.repository) });
        }
        Ok(Backup { snapshot: id, summary, faults: faults.named, faults_total: faults.total })
    }
}

/// Counts all, and keeps the first by name.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) named: Vec<FileFault>,
    pub(super) total: u64,
}

impl Faults {
    pub(super) fn add(&mut self, fault: FileFault) {
        self.total += 1;
        if self.named.len() < Backup::MOST_FAULTS {
            self.named.push(fault);
        }
    }
}
