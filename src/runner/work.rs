//! One errand, on the node that holds the volumes.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use tokio_util::sync::CancellationToken;

use super::files::{folder, look};
use super::{Assignment, Errand, HookReport, Outcome, Report, Stored, hook, manifest};
use crate::engine::{EngineError, ExecPiece, ExecWish, Inspect, Mutate};
use crate::restic::{AbsPath, Backup, BackupEngine, BackupError, BackupWish, Tags, Watch};
use crate::stack::policy::RUN_LABEL;

/// Between two lines about how far it is.
const BREATH: Duration = Duration::from_secs(1);

/// The node that a runner stands on, as its own engine tells of it.
pub struct Node {
    pub inspect: Arc<dyn Inspect>,
    pub(super) exec: Arc<dyn Exec>,
}

/// All that a runner may do to the containers of its node.
#[async_trait]
pub(super) trait Exec: Send + Sync {
    async fn exec(
        &self,
        container: &str,
        wish: &ExecWish,
    ) -> Result<BoxStream<'static, Result<ExecPiece, EngineError>>, EngineError>;
}

#[async_trait]
impl<E: Mutate> Exec for E {
    async fn exec(
        &self,
        container: &str,
        wish: &ExecWish,
    ) -> Result<BoxStream<'static, Result<ExecPiece, EngineError>>, EngineError> {
        Mutate::exec(self, container, wish).await
    }
}

impl Node {
    /// The node of this engine.
    pub fn new<E: Inspect + Mutate + 'static>(engine: Arc<E>) -> Self {
        Self { inspect: engine.clone(), exec: engine }
    }
}

/// Does what the assignment says, and tells of it line by line; the last line is [`Report::Done`]. Once hooks have begun, those for
/// afterwards are run however it ends.
pub async fn work(
    assignment: &Assignment,
    node: &Node,
    engine: &dyn BackupEngine,
    began: SystemTime,
    cancel: &CancellationToken,
    tell: &(dyn Fn(&Report) + Send + Sync),
) -> Outcome {
    let mut run = Run { assignment, node, engine, began, cancel, tell, hooks: vec![], partial: false };
    let done = match &assignment.errand {
        Errand::Backup => run.carry_out().await.map(Some),
        Errand::Restore { snapshot } => run.put_back(snapshot).await.map(|()| None),
        Errand::Hooks => run.hooks_alone().await.map(|()| None),
    };
    let (outcome, cause, stored) = match done {
        Ok(stored) if run.partial => (Outcome::Partial, String::new(), stored),
        Ok(stored) => (Outcome::Succeeded, String::new(), stored),
        Err(BackupError::Cancelled) => (Outcome::Cancelled, "it was cancelled".to_owned(), None),
        Err(error) => (Outcome::Failed, error.to_string(), None),
    };
    tell(&Report::Done { outcome, cause, stored });
    outcome
}

pub(super) struct Run<'a> {
    pub(super) assignment: &'a Assignment,
    node: &'a Node,
    pub(super) engine: &'a dyn BackupEngine,
    began: SystemTime,
    pub(super) cancel: &'a CancellationToken,
    tell: &'a (dyn Fn(&Report) + Send + Sync),
    hooks: Vec<HookReport>,
    partial: bool,
}

impl Run<'_> {
    async fn carry_out(&mut self) -> Result<Stored, BackupError> {
        self.step("Look at the repository and the volumes");
        self.engine.version().await?;
        self.engine.config().await?;
        self.no_volume_is_new().await?;
        if !self.assignment.before.is_empty() {
            self.step("Run the hooks");
        }
        let hooks_done = self.before().await;
        let stored = match hooks_done {
            Ok(()) => self.store().await,
            Err(cancelled) => Err(cancelled),
        };
        // Whatever became of it: they clean up.
        self.after().await;
        let stored = stored?;
        self.step("Look at the snapshot");
        self.verify(&stored).await?;
        Ok(Stored {
            snapshot: stored.snapshot,
            files: stored.summary.files,
            bytes: stored.summary.bytes,
            packed: stored.summary.packed,
            faults: stored.faults_total,
        })
    }

    /// The Swarm makes a volume that is missing on the node, empty, and says nothing. It carries the label of the run that it was made for.
    async fn no_volume_is_new(&self) -> Result<(), BackupError> {
        for volume in &self.assignment.volumes {
            let labels = self.node.inspect.volume_labels(&volume.name).await.map_err(|e| BackupError::Failed(e.to_string()))?;
            let ours = |labels: &crate::stack::spec::Labels| labels.get(RUN_LABEL).is_some_and(|run| *run == self.assignment.run);
            if labels.is_none_or(|labels| ours(&labels)) {
                return Err(BackupError::Failed(format!(
                    "the volume {} is not on this node, so there is nothing to back up here",
                    volume.name
                )));
            }
        }
        Ok(())
    }

    async fn before(&mut self) -> Result<(), BackupError> {
        for order in &self.assignment.before {
            let report = hook::run(self.node, order, &self.assignment.hidden, true, self.cancel).await;
            let failed = !report.fault.is_empty();
            self.note(report);
            if self.cancel.is_cancelled() {
                return Err(BackupError::Cancelled);
            }
            if failed && self.assignment.strict {
                return Err(BackupError::Failed(format!(
                    "the hook of {} failed, and nothing was to be stored then",
                    order.service
                )));
            }
            // Files are better than nothing, and nobody takes them for a dump.
            self.partial |= failed;
        }
        Ok(())
    }

    async fn after(&mut self) {
        for order in &self.assignment.after {
            // It is run after a cancel too.
            let report = hook::run(self.node, order, &self.assignment.hidden, false, &CancellationToken::new()).await;
            self.partial |= !report.fault.is_empty();
            self.note(report);
        }
    }

    fn note(&mut self, report: HookReport) {
        (self.tell)(&Report::Hook(report.clone()));
        self.hooks.push(report);
    }

    async fn store(&mut self) -> Result<Backup, BackupError> {
        self.step("Copy the files");
        let mut paths = vec![];
        for volume in &self.assignment.volumes {
            let found = look(volume, self.began).await;
            paths.extend(found.paths);
            for doubt in found.doubts {
                self.doubt(doubt);
            }
        }
        if paths.is_empty() {
            return Err(BackupError::Failed("nothing of what is to be stored is there".to_owned()));
        }
        let manifest = manifest::write(self.assignment, &self.hooks).await;
        paths.push(manifest.map_err(|e| BackupError::Failed(format!("the manifest can’t be written: {e}")))?);
        let tags = Tags { partial: self.partial, ..self.assignment.tags.clone() };
        let wish = BackupWish { host: self.assignment.host.clone(), tags, paths, parent: self.assignment.parent.clone() };
        let watch = Watch::new(self.cancel.clone());
        let told = self.tell_progress(&watch);
        let made = tokio::select! {
            made = self.engine.backup(&wish, &watch) => made?,
            never = told => match never {},
        };
        for fault in &made.faults {
            self.doubt(format!("not stored: {fault}"));
        }
        self.partial |= made.is_partial();
        Ok(made)
    }

    pub(super) async fn tell_progress(&self, watch: &Watch) -> std::convert::Infallible {
        let mut news = watch.progress();
        loop {
            if news.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            let now = news.borrow_and_update().clone();
            let (files, files_total, bytes, bytes_total) = (now.files_done, now.files_total, now.bytes_done, now.bytes_total);
            (self.tell)(&Report::Progress { files, files_total, bytes, bytes_total });
            tokio::time::sleep(BREATH).await;
        }
    }

    /// What restic says is done is looked for in the repository.
    async fn verify(&mut self, made: &Backup) -> Result<(), BackupError> {
        let found = self.engine.snapshot(&made.snapshot).await?;
        let found = found.ok_or_else(|| BackupError::Failed("the snapshot that was made is not in the repository".to_owned()))?;
        for volume in &self.assignment.volumes {
            let held = folder(&volume.name).and_then(|folder: AbsPath| found.captured(&folder));
            if held.is_none() {
                self.doubt(format!("the snapshot holds nothing of the volume {}", volume.name));
            }
        }
        Ok(())
    }

    /// Each has to end well: what comes after a hook that failed would go by what it did not do.
    async fn hooks_alone(&mut self) -> Result<(), BackupError> {
        for order in &self.assignment.before {
            let report = hook::run(self.node, order, &self.assignment.hidden, true, self.cancel).await;
            let fault = report.fault.clone();
            self.note(report);
            if self.cancel.is_cancelled() {
                return Err(BackupError::Cancelled);
            }
            if !fault.is_empty() {
                return Err(BackupError::Failed(format!("the hook of {} failed: {fault}", order.service)));
            }
        }
        Ok(())
    }

    pub(super) fn step(&self, name: &str) {
        (self.tell)(&Report::Step { name: name.to_owned() });
    }

    fn doubt(&mut self, text: String) {
        self.partial = true;
        (self.tell)(&Report::Warning { text });
    }
}
