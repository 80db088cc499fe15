//! Putting back, and looking what that would do.

use super::Restic;
use super::arguments;
use super::backup::Faults;
use super::call::Limit;
use super::failure::failure;
use crate::restic::read::Message;
use crate::restic::{BackupError, Preview, RestoreWish, Restored, Result, Watch};

impl Restic {
    pub(super) async fn try_restore(&self, wish: &RestoreWish, watch: &Watch) -> Result<Preview> {
        self.read_config().await?;
        let mut preview = Preview::default();
        let each = |line: &str| match Message::read(line) {
            Some(Message::VerboseStatus { action, item }) if action == "deleted" => {
                preview.removed_total += 1;
                if preview.removed.len() < Preview::MOST_REMOVED {
                    preview.removed.push(item);
                }
            }
            Some(Message::Status(status)) => watch.report(status.progress()),
            Some(Message::Summary(totals)) => {
                preview.written = totals.files_restored;
                preview.bytes = totals.bytes_restored;
                preview.unchanged = totals.files_skipped;
            }
            _ => {}
        };
        let limit = Limit::Silence(self.patience.stall);
        let ended = self.call(arguments::restore(wish, true), limit, watch, each).await?;
        match ended.code {
            Some(0) => Ok(preview),
            code => Err(failure(code, &ended.words, &self.repository)),
        }
    }

    pub(super) async fn put_back(&self, wish: &RestoreWish, watch: &Watch) -> Result<Restored> {
        self.read_config().await?;
        let (mut restored, mut faults) = (None, Faults::default());
        let each = |line: &str| match Message::read(line) {
            Some(Message::Status(status)) => watch.report(status.progress()),
            Some(Message::Error(fault)) => faults.add(fault.file_fault()),
            Some(Message::Summary(totals)) => {
                restored = Some(Restored {
                    entries: totals.files_restored,
                    bytes: totals.bytes_restored,
                    unchanged: totals.files_skipped,
                    removed: totals.files_deleted,
                });
            }
            _ => {}
        };
        let limit = Limit::Silence(self.patience.stall);
        let ended = self.call(arguments::restore(wish, false), limit, watch, each).await?;
        let no_space = || faults.named.iter().find(|fault| fault.problem.contains("no space left on device"));
        match (ended.code, restored) {
            (Some(0), Some(restored)) if faults.total == 0 => Ok(restored),
            (Some(0 | 1), _) if no_space().is_some() => {
                Err(BackupError::NoSpace(no_space().map(ToString::to_string).unwrap_or_default()))
            }
            (Some(0 | 1), _) if faults.total > 0 => Err(BackupError::Incomplete(faults.named)),
            (code, _) => Err(failure(code, &ended.words, &self.repository)),
        }
    }
}
