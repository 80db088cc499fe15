//! Looking after a repository: damage, old snapshots, unneeded data, locks.

use super::Restic;
use super::arguments;
use super::call::Limit;
use super::failure::{failure, told};
use crate::restic::read::Message;
use crate::restic::{BackupError, CheckDepth, Checked, ForgetPlan, Forgotten, Lock, Result, Selection, UnlockProof, Watch, read};

/// Problems that are kept; the first ones tell what is wrong.
const MOST_PROBLEMS: usize = 100;

impl Restic {
    pub(super) async fn look_for_damage(&self, depth: CheckDepth, watch: &Watch) -> Result<Checked> {
        self.read_config().await?;
        let (mut problems, mut totals) = (Vec::new(), None);
        let each = |line: &str| match Message::read(line) {
            Some(Message::Error(fault)) if problems.len() < MOST_PROBLEMS => problems.push(fault.file_fault().to_string()),
            Some(Message::Summary(summary)) => totals = Some(summary),
            _ => {}
        };
        let ended = self.call(arguments::check(depth, self.patience.lock), Limit::Never, watch, each).await?;
        let broken_packs = totals.as_ref().and_then(|totals| totals.broken_packs.clone()).unwrap_or_default();
        let found = !problems.is_empty() || totals.is_some_and(|totals| totals.num_errors > 0);
        match ended.code {
            Some(0) if !found => Ok(Checked { problems, broken_packs }),
            Some(0 | 1) if found => {
                if problems.is_empty() {
                    problems.push(told(&ended.words, &self.repository));
                }
                Ok(Checked { problems, broken_packs })
            }
            code => Err(failure(code, &ended.words, &self.repository)),
        }
    }

    pub(super) async fn give_up(&self, plan: &ForgetPlan) -> Result<Forgotten> {
        self.read_config().await?;
        if plan.snapshots().is_empty() {
            return Ok(Forgotten::default());
        }
        let limit = Limit::Whole(self.patience.read + self.patience.lock);
        let ended = self.call(arguments::forget(plan.snapshots(), self.patience.lock), limit, &Watch::nobody(), |_| {}).await?;
        // A place that lets nothing be removed refuses, and restic says 0 or 3.
        if !matches!(ended.code, Some(0 | 3)) {
            return Err(failure(ended.code, &ended.words, &self.repository));
        }
        let left = self.all_snapshots(&Selection::all()).await?;
        let (kept, removed) = plan.snapshots().iter().cloned().partition(|id| left.iter().any(|snapshot| snapshot.id == *id));
        Ok(Forgotten { removed, kept })
    }

    pub(super) async fn tidy(&self, watch: &Watch) -> Result<()> {
        self.read_config().await?;
        let ended = self.call(arguments::prune(self.patience.lock), Limit::Never, watch, |_| {}).await?;
        match ended.code {
            Some(0) => Ok(()),
            code => Err(failure(code, &ended.words, &self.repository)),
        }
    }

    pub(super) async fn read_locks(&self) -> Result<Vec<Lock>> {
        self.ask_version().await?;
        let mut locks = Vec::new();
        for id in self.lock_ids().await? {
            match self.ask(arguments::lock(&id), self.patience.answer).await {
                Ok(text) => locks.push(read::lock(&id, &text).map_err(|error| self.unreadable(&error))?),
                // Whoever held it has let go meanwhile.
                Err(BackupError::Failed(_)) if !self.lock_ids().await?.contains(&id) => {}
                Err(error) => return Err(error),
            }
        }
        locks.sort();
        Ok(locks)
    }

    async fn lock_ids(&self) -> Result<Vec<String>> {
        Ok(read::lock_ids(&self.ask(arguments::locks(), self.patience.answer).await?))
    }

    /// restic removes all locks or none that it does not know, so a lock that came since the proof ends it.
    pub(super) async fn remove_locks(&self, proof: &UnlockProof) -> Result<()> {
        let present = self.read_locks().await?;
        if let Some(alive) = present.iter().find(|lock| !proof.covers(lock)) {
            return Err(BackupError::LiveLock(alive.host.clone()));
        }
        if present.is_empty() {
            return Ok(());
        }
        self.ask(arguments::unlock(), self.patience.read).await?;
        let left = self.lock_ids().await?;
        match present.iter().find(|lock| left.contains(&lock.id)) {
            Some(lock) => {
                Err(BackupError::Failed(format!("the lock of {} is still there; the place lets nothing be removed", lock.host)))
            }
            None => Ok(()),
        }
    }
}
