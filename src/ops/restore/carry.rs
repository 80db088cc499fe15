//! The plan, step by step.

use std::mem::discriminant;

use tokio_util::sync::CancellationToken;

use super::look::Look;
use super::spread::{self, hostname};
use super::{RestoreWanted, noted, stand, verdict};
use crate::backup::Hook;
use crate::backup::restore::{Step, Tasks};
use crate::ops::backup::orders::hidden;
use crate::ops::backup::spread::Here;
use crate::ops::backup::task::{Task, name};
use crate::ops::backup::{self, BackupWanted, HOOK_LIMIT_S, Of};
use crate::ops::ended::{OpError, conclude};
use crate::ops::run::Run;
use crate::restic::{Kind, Repository, SnapshotId, Tags};
use crate::runner::{Assignment, Errand, HookOrder, Outcome, Parts, VolumeOrder};
use crate::stack::names::{StackName, scope};
use crate::store::backups::NewRun;

/// Runners of the way back have the numbers below.
const FIRST: usize = 101;

/// A restore on its way.
pub(super) struct Carry<'a> {
    run: &'a Run,
    of: Of<'a>,
    wanted: &'a RestoreWanted,
    stack: &'a StackName,
    found: &'a Look,
    snapshot: SnapshotId,
    cancel: &'a CancellationToken,
    /// Stopped, and not started again yet.
    down: Vec<(String, Tasks)>,
    noted: Vec<(String, Tasks)>,
    number: usize,
    /// Snapshots of how things were.
    pub(super) made: Vec<(Outcome, NewRun)>,
    /// Files of the app may have been replaced.
    touched: bool,
}

impl<'a> Carry<'a> {
    pub(super) const fn new(
        run: &'a Run,
        of: Of<'a>,
        wanted: &'a RestoreWanted,
        stack: &'a StackName,
        found: &'a Look,
        snapshot: SnapshotId,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            run,
            of,
            wanted,
            stack,
            found,
            snapshot,
            cancel,
            down: vec![],
            noted: vec![],
            number: FIRST,
            made: vec![],
            touched: false,
        }
    }

    /// All steps. Whatever was stopped when it ends early is still down.
    pub(super) async fn all(&mut self) -> Result<(), OpError> {
        if self.found.plan.steps.is_empty() {
            return Err(OpError::stop("failed", "the snapshot holds no volume that the app has"));
        }
        // Where files are is known only while tasks run there.
        let observed = self.run.fresh().await?.stack(self.stack);
        let here = self.run.inspect.info().await?.node_id;
        let local = self.run.inspect.volumes(self.stack.as_str()).await?;
        let here = Here { node: &here, volumes: &local };
        let failed = |text: String| OpError::stop("failed", format!("{text}; nothing was changed"));
        let volumes = spread::volumes(&self.found.plan, &self.found.contents, &observed, &here, self.wanted).map_err(failed)?;
        let kept =
            self.of.store.repository(self.wanted.repository).await?.ok_or_else(|| failed("the repository is gone".to_owned()))?;
        let repository = self.of.backups.repositories.open(&kept).map_err(|e| failed(e.to_string()))?;
        if let Some(far) = volumes.keys().find(|node| repository.place().is_local() && *node != here.node) {
            let far = hostname(&observed, far);
            return Err(failed(format!("the repository {} is a folder of this server, which {far} does not have", kept.name)));
        }
        let steps = &self.found.plan.steps;
        let mut among = None;
        for together in steps.chunk_by(|one, next| discriminant(one) == discriminant(next)) {
            let Some(first) = together.first() else { continue };
            // What is read must not be tidied away meanwhile, and nothing is stopped before it is sure of that. The way back goes in
            // by itself.
            if among.is_none() && !matches!(first, Step::Safety) {
                let door = self.of.backups.repositories.doors.among(kept.id);
                let cancelled = || OpError::stop("cancelled", "somebody stopped it while it waited for the repository");
                among = Some(self.cancel.run_until_cancelled(door).await.ok_or_else(cancelled)?);
            }
            match first {
                Step::Safety => self.way_back().await?,
                Step::Run(_) => {
                    let hooks: Vec<&Hook> =
                        together.iter().filter_map(|step| if let Step::Run(hook) = step { Some(hook) } else { None }).collect();
                    self.run
                        .step(if self.touched { "Run the hooks after the restore" } else { "Run the hooks before the restore" })
                        .await?;
                    self.hooks(&hooks, &repository).await?;
                }
                Step::Note(numbers) => self.noted.clone_from(numbers),
                Step::Stop(_) => {
                    let names: Vec<String> = together
                        .iter()
                        .filter_map(|step| if let Step::Stop(name) = step { Some(name.clone()) } else { None })
                        .collect();
                    self.stop(&names).await?;
                }
                Step::Restore { .. } => {
                    self.touched = true;
                    for (node, orders) in &volumes {
                        self.run.step(&format!("Put the files back on {}", hostname(&observed, node))).await?;
                        self.files(node, orders, &repository).await?;
                    }
                }
                Step::Start(..) => {
                    let names: Vec<&String> = together
                        .iter()
                        .filter_map(|step| if let Step::Start(name, _) = step { Some(name) } else { None })
                        .collect();
                    self.run.step("Start the services").await?;
                    self.start(|name| names.contains(&name)).await?;
                }
                // Whatever was started was waited for.
                Step::Wait => {}
            }
        }
        Ok(())
    }

    /// Starts what is still down.
    pub(super) async fn start_the_rest(&mut self) -> Result<(), OpError> {
        if self.down.is_empty() {
            return Ok(());
        }
        self.run.step("Start what was stopped").await?;
        self.start(|_| true).await
    }

    /// The cause, and how to get back from there.
    pub(super) fn with_the_way_back(&self, cause: &str) -> String {
        if !self.touched {
            return format!("{cause}\nNo file of the app was changed");
        }
        let made = self.made.iter().find(|(_, run)| !run.snapshot.is_empty());
        match made {
            Some((_, run)) => format!(
                "{cause}\nFiles may be half put back. Restore again, or go back to how it was before: snapshot {} on the tab Backups",
                run.snapshot.get(..8).unwrap_or_default()
            ),
            None => format!("{cause}\nFiles may be half put back; restore again"),
        }
    }

    /// Without it nothing is touched.
    async fn way_back(&mut self) -> Result<(), OpError> {
        let wanted = BackupWanted::before(Kind::PreRestore, self.wanted.repository, self.stack.as_str());
        self.made = backup::make(self.run, self.of, &wanted, self.cancel).await?;
        for (outcome, made) in &self.made {
            match outcome {
                Outcome::Succeeded => {}
                // What is broken is seldom backed up whole, and is the reason for most restores.
                Outcome::Partial => {
                    self.run.warn("something is missing in the backup of how things are; it goes on all the same").await?;
                }
                Outcome::Failed | Outcome::Cancelled => {
                    return verdict(
                        *outcome,
                        format!("there would be no way back, for how things are could not be backed up: {}", made.cause),
                    );
                }
            }
        }
        Ok(())
    }

    async fn stop(&mut self, names: &[String]) -> Result<(), OpError> {
        self.run.step("Stop the services").await?;
        self.run.touch().await?;
        self.run.stopped(&noted::write(&self.noted)).await?;
        self.down.clone_from(&self.noted);
        stand::stop(self.run, self.stack, names).await
    }

    async fn start(&mut self, which: impl Fn(&String) -> bool) -> Result<(), OpError> {
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.down).into_iter().partition(|(name, _)| which(name));
        self.down = later;
        let may = conclude(self.of.operation);
        stand::start(&may, self.run, self.stack, &now, self.wanted.timeout_s).await
    }

    async fn hooks(&mut self, hooks: &[&Hook], repository: &Repository) -> Result<(), OpError> {
        let observed = self.run.fresh().await?.stack(self.stack);
        let on = spread::hooks(hooks, self.stack, &observed).map_err(|text| OpError::stop("failed", text))?;
        for (node, hooks) in on {
            let order = |hook: &&Hook| HookOrder {
                service: scope(self.stack, &hook.service),
                command: hook.command.clone(),
                limit_s: HOOK_LIMIT_S,
            };
            let before = hooks.iter().map(order).collect();
            self.send(Errand::Hooks, &node, &[], before, repository).await?;
        }
        Ok(())
    }

    async fn files(&mut self, node: &str, orders: &[VolumeOrder], repository: &Repository) -> Result<(), OpError> {
        let errand = Errand::Restore { snapshot: self.snapshot.clone() };
        self.send(errand, node, orders, vec![], repository).await
    }

    /// Sends a runner to a node and waits for its end.
    async fn send(
        &mut self,
        errand: Errand,
        node: &str,
        orders: &[VolumeOrder],
        before: Vec<HookOrder>,
        repository: &Repository,
    ) -> Result<(), OpError> {
        let name = name(self.of.operation.id, self.number);
        self.number += 1;
        let swarm = self.run.fresh().await?;
        let (image, observed) = (backup::image(self.of, &swarm)?, swarm.stack(self.stack));
        let names: Vec<String> = orders.iter().map(|order| order.name.clone()).collect();
        let writes = !names.is_empty();
        let task = Task {
            run: self.run,
            stack: self.stack,
            observed: &observed,
            name: &name,
            node,
            volumes: &names,
            writes,
            folder: backup::folder(repository).filter(|_| writes),
            image: &image,
            socket: &self.of.backups.socket,
            cancel: self.cancel,
        };
        let told = async {
            let recipe = String::new();
            let tags = Tags { app: self.stack.as_str().to_owned(), recipe, kind: Kind::PreRestore, partial: false };
            let parts = Parts {
                errand,
                run: name.clone(),
                stack: self.stack.as_str().to_owned(),
                host: self.of.backups.host.clone(),
                tags,
                volumes: orders.to_vec(),
                before,
                after: vec![],
                parent: None,
                hidden: hidden(self.of).await?,
                strict: true,
                about: serde_json::Map::new(),
            };
            Ok(Assignment::new(parts, repository))
        };
        let made = task.carry_out(told).await?;
        verdict(made.outcome, made.cause)
    }
}
