//! Takes operations that wait, runs them, and writes down how they ended. After a restart it takes up what was left behind.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::action::{
    Adopt, Deploy, DeployChaos, Reapply, Remove, RemoveConfig, RemoveSecret, Restart, Restore, Rollback, RotateSecret, RunBackup,
    RunCommand, Scale, SetSecret, Undeploy,
};
use crate::access::{Action, Actor, Grant, Refusal, Target, policy};
use crate::commands::operation_finish::FinishOperation;
use crate::commands::ran::Ran;
use crate::engine::feed::Feed;
use crate::engine::{Credentials, Inspect, Mutate};
use crate::shelf::Shelf;
use crate::stack::policy::Tier;
use crate::store::operations::{Operation, State};
use crate::store::{Store, StoreError};

use super::ended::{Ended, OpError, conclude};
use super::fallback::Fallback;
use super::handover::{Handover, Reveals};
use super::journal::{Kept, Level};
use super::live::Live;
use super::order::Wanted;
use super::places::Taken;
use super::run::{Past, Run};
use super::{
    adjust, adopt, after, asker, backup, command, deploy, ourselves, pinned, remove, restore, rollback, rotate, safety, secrets,
    undeploy, unused, updates,
};

/// Between two looks at the queue when nobody rang.
const LOOK: Duration = Duration::from_secs(5);
/// A stop of the real dashboard waits so long for operations: Docker kills what does not stop in ten seconds or so.
pub const GRACE: Duration = Duration::from_secs(10);

/// Everything that operations need.
pub struct Runner {
    pub store: Store,
    pub shelf: Shelf,
    pub inspect: Arc<dyn Inspect>,
    pub mutate: Arc<dyn Mutate>,
    pub feed: Arc<Feed>,
    pub live: Arc<Live>,
    pub handover: Arc<Handover>,
    pub reveals: Arc<Reveals>,
    /// Rings when an operation was asked for.
    pub bell: Arc<Notify>,
    /// Credentials of registries, if the settings name some.
    pub credentials: Option<Arc<Credentials>>,
    /// What backups need of the place where the dashboard runs.
    pub backups: backup::Backups,
    pub hold_at: Option<String>,
    /// Nobody is trusted further with the host than this, whatever role they have. Set only by tests.
    pub at_most: Option<Tier>,
    /// A stop waits so long for operations; what still runs then is taken up after the start.
    pub grace: Duration,
}

impl Runner {
    /// Runs operations until it is stopped.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let (tracker, running) = (TaskTracker::new(), Arc::new(Mutex::new(Taken::default())));
        let mut rights = self.store.rights_changes();
        loop {
            // Listening before looking: what is asked for in between rings already.
            let rung = self.bell.notified();
            if let Err(error) = self.take_waiting(&tracker, &running).await {
                tracing::error!(%error, "the queue of operations can't be read");
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = rung => {}
                Ok(()) = rights.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        tracker.close();
        if tokio::time::timeout(self.grace, tracker.wait()).await.is_err() {
            tracing::warn!("operations still run; they are taken up again after the next start");
        }
    }

    async fn take_waiting(self: &Arc<Self>, tracker: &TaskTracker, running: &Arc<Mutex<Taken>>) -> Result<(), StoreError> {
        for operation in self.store.live_operations().await? {
            let id = operation.id;
            // Who is to be told no does not wait for a turn.
            let refused = operation.state == State::Queued && self.is_refused(&operation).await?;
            if !running.lock().unwrap_or_else(PoisonError::into_inner).take(id, &operation.kind, operation.asked_by.id, refused) {
                continue;
            }
            let begun = self.store.begin_operation(id).await;
            if !matches!(begun, Ok(true)) {
                // It is looked at again the next time.
                running.lock().unwrap_or_else(PoisonError::into_inner).leave(id);
            }
            if begun? {
                let (runner, running) = (Arc::clone(self), Arc::clone(running));
                tracker.spawn(async move {
                    runner.carry_out(operation).await;
                    running.lock().unwrap_or_else(PoisonError::into_inner).leave(id);
                    runner.bell.notify_one();
                });
            }
        }
        Ok(())
    }

    /// Whether whoever asked has lost the right since.
    async fn is_refused(&self, operation: &Operation) -> Result<bool, StoreError> {
        let Ok(wanted) = serde_json::from_str::<Wanted>(&operation.wanted) else { return Ok(false) };
        let actor = self.actor(operation).await?;
        Ok(policy::judge(actor.standing(), wanted.action(), &Target::App(operation.app.clone())).is_err())
    }

    /// Runs one operation to its verdict. A panic inside is a verdict too.
    async fn carry_out(&self, operation: Operation) {
        let _attention = self.feed.operation();
        self.live.poke("apps");
        let run = self.witness(&operation);
        let verb = std::panic::AssertUnwindSafe(self.verb(&run, &operation));
        let ended = match verb.catch_unwind().await {
            Ok(Ok(ended)) => ended,
            Ok(Err(OpError::Store(error))) if error.is_for_want_of_room() => {
                // Nothing more is done that can't be written down. It is taken up again, as after a restart, until there is room.
                tracing::error!(%error, operation = operation.id, "an operation stopped half-way; trying again");
                tokio::time::sleep(LOOK).await;
                return;
            }
            Ok(Err(error)) => error.into_ended(),
            Err(_panic) => Ended::badly("failed", "a fault in Canteen stopped the operation; look at the app before you try again"),
        };
        let (id, reached) = (operation.id, ended.reached);
        // Whoever sees that it ended shall see what it left, and not an older reading.
        let _newest = tokio::time::timeout(LOOK, self.feed.fresh()).await;
        if let Err(error) = self.finish(&run, operation, ended).await {
            // The disk may be full. The operation is still live, so it is taken up again, in a while.
            tracing::error!(%error, operation = id, "the verdict could not be written; trying again");
            tokio::time::sleep(LOOK).await;
            return;
        }
        for topic in [format!("op-{id}"), "apps".to_owned(), format!("over-{id}")] {
            self.live.poke(&topic);
        }
        tracing::info!(operation = id, reached, "operation ended");
    }

    fn witness(&self, operation: &Operation) -> Run {
        let journal = Kept { operation: operation.id, store: self.store.clone(), live: Arc::clone(&self.live) };
        Run {
            past: Past { touched: operation.touched, attempts: operation.attempts, started: operation.started_at },
            clock: Arc::clone(self.store.clock()),
            inspect: Arc::clone(&self.inspect),
            feed: Arc::clone(&self.feed),
            credentials: self.credentials.clone(),
            journal: Arc::new(journal),
            mutate: Arc::clone(&self.mutate),
            step: Mutex::default(),
            warned: Mutex::default(),
            hold_at: self.hold_at.clone(),
            at_most: self.at_most,
        }
    }

    async fn verb(&self, run: &Run, operation: &Operation) -> Result<Ended, OpError> {
        if operation.attempts > 0 {
            run.note("Canteen was restarted, or waited until it could write again; looking at the Swarm before going on").await?;
        }
        let wanted: Wanted = serde_json::from_str(&operation.wanted)
            .map_err(|e| OpError::stop("failed", format!("what was asked for can't be read ({e}); ask for it again")))?;
        self.not_ourselves(run, operation).await?;
        let actor = self.actor(operation).await?;
        match wanted {
            Wanted::Deploy(wanted) => {
                let (steps, chaos) = (after::After::of(&wanted), wanted.chaos.is_some());
                if chaos {
                    self.judge::<DeployChaos>(actor.clone(), operation)?;
                } else {
                    self.judge::<Deploy>(actor.clone(), operation)?;
                }
                let safe = match safety::make(run, self.backing_up(operation), &wanted).await? {
                    Ok(safe) => safe,
                    Err(ended) => return Ok(ended),
                };
                let of = rollback::Of { operation, store: &self.store };
                let fallback = Fallback::of(of, &wanted);
                let deploy = Box::pin(async {
                    if operation.asked_by.is_scheduler() {
                        updates::carry_out(&self.judge::<Deploy>(actor, operation)?, run, operation, *wanted).await
                    } else if chaos {
                        deploy::run(&self.judge::<DeployChaos>(actor, operation)?, run, operation, *wanted).await
                    } else {
                        deploy::run(&self.judge::<Deploy>(actor, operation)?, run, operation, *wanted).await
                    }
                });
                let deployed = async {
                    let ended = match fallback {
                        Some(fallback) => fallback.carry_out(run, of, deploy).await?,
                        None => deploy.await?,
                    };
                    match steps {
                        Some(steps) => after::run(run, self.parts(operation), &self.store, steps, ended).await,
                        None => Ok(ended),
                    }
                };
                safety::with(safe, deployed.await)
            }
            Wanted::Rollback(wanted) => {
                let of = rollback::Of { operation, store: &self.store };
                if wanted.reapply {
                    return rollback::run(&self.judge::<Reapply>(actor, operation)?, run, of, wanted).await;
                }
                let ended = rollback::run(&self.judge::<Rollback>(actor, operation)?, run, of, wanted.clone()).await?;
                match after::After::back(&wanted, &ended) {
                    Some(steps) => after::run(run, self.parts(operation), &self.store, steps, ended).await,
                    None => Ok(ended),
                }
            }
            Wanted::Adopt(wanted) => {
                let of = rollback::Of { operation, store: &self.store };
                adopt::run(&self.judge::<Adopt>(actor, operation)?, run, of, *wanted).await
            }
            Wanted::Import { .. } => Ok(Ended::well("imported")),
            Wanted::Restart(wanted) => {
                adjust::run(&self.judge::<Restart>(actor, operation)?, run, *wanted, "Restart the services").await
            }
            Wanted::Scale(wanted) => {
                adjust::run(&self.judge::<Scale>(actor, operation)?, run, wanted.adjusted, "Change how many tasks run").await
            }
            Wanted::Remove(wanted) => {
                let of = remove::Of { operation, store: &self.store };
                remove::run(&self.judge::<Remove>(actor, operation)?, run, of, wanted).await
            }
            Wanted::Undeploy { stack, before } => {
                let may = self.judge::<Undeploy>(actor, operation)?;
                let of = undeploy::Of { parts: self.parts(operation), store: &self.store };
                undeploy::run(&may, run, of, &stack, before.map(|steps| *steps)).await
            }
            Wanted::Secrets { generate, insert, nonce, .. } => {
                let wanted = secrets::Secrets { generate, insert, values: self.handover.take(&nonce) };
                let of = secrets::Of { operation, store: &self.store, shelf: &self.shelf };
                secrets::run(&self.judge::<SetSecret>(actor, operation)?, run, of, wanted, &self.reveals).await
            }
            Wanted::Rotate(wanted) => {
                let values = self.handover.take(&wanted.nonce);
                let of = secrets::Of { operation, store: &self.store, shelf: &self.shelf };
                match self.judge::<RotateSecret>(actor, operation) {
                    Ok(may) => rotate::run(&may, run, of, *wanted, values, &self.reveals).await,
                    Err(refused) if operation.touched => rotate::refused(run, of, &wanted, refused).await,
                    Err(refused) => Err(refused),
                }
            }
            Wanted::Command(wanted) => {
                command::run(&self.judge::<RunCommand>(actor, operation)?, run, self.parts(operation), *wanted).await
            }
            Wanted::Backup(wanted) => {
                let may = self.judge::<RunBackup>(actor, operation)?;
                backup::run(&may, run, self.backing_up(operation), wanted).await
            }
            Wanted::Restore(wanted) => {
                let of = self.backing_up(operation);
                match self.judge::<Restore>(actor, operation) {
                    Ok(may) => restore::run(&may, run, of, *wanted).await,
                    // What was stopped is started again, whatever rights are left.
                    Err(_) if operation.touched => restore::again(run, of, &wanted).await,
                    Err(refused) => Err(refused),
                }
            }
            Wanted::RemoveSecrets { names } => {
                let of = unused::Of { operation, store: &self.store };
                unused::secrets(&self.judge::<RemoveSecret>(actor, operation)?, run, of, &names).await
            }
            Wanted::RemoveConfigs { names } => {
                let of = unused::Of { operation, store: &self.store };
                unused::configs(&self.judge::<RemoveConfig>(actor, operation)?, run, of, &names).await
            }
        }
    }

    /// Refuses what is about the stack that we run in. Which one that is does not change while we run.
    async fn not_ourselves(&self, run: &Run, operation: &Operation) -> Result<(), OpError> {
        let Some(app) = self.store.app_by_id(operation.app_id).await? else { return Ok(()) };
        let latest = self.feed.latest().swarm;
        let swarm = if latest.at == 0 { run.fresh().await? } else { latest };
        ourselves::refusal(&swarm, &app.stack).map_or(Ok(()), |why| Err(OpError::stop("refused", why)))
    }

    fn backing_up<'a>(&'a self, operation: &'a Operation) -> backup::Of<'a> {
        backup::Of { operation, store: &self.store, handover: &self.handover, backups: &self.backups }
    }

    fn parts<'a>(&'a self, operation: &'a Operation) -> command::Of<'a> {
        command::Of { operation, shelf: &self.shelf, handover: &self.handover }
    }

    /// Who asked, with the rights that they have now.
    async fn actor(&self, operation: &Operation) -> Result<Actor, StoreError> {
        asker::actor(&self.store, &operation.asked_by, format!("operation {}", operation.id)).await
    }

    #[expect(clippy::unused_self, reason = "reads as what it is: the runner judges")]
    fn judge<A: Action>(&self, actor: Actor, operation: &Operation) -> Result<Grant<A>, OpError> {
        let name = actor.name().to_owned();
        Grant::judge(actor, Target::App(operation.app.clone())).map_err(|_refused: Refusal| {
            let so = if operation.touched {
                "so it was stopped half-way. What the steps above name was changed, the rest was not; look at the app"
            } else {
                "so it was not begun"
            };
            OpError::stop("refused", format!("{name} may not do this any more, {so}; somebody who may has to ask for it"))
        })
    }

    async fn finish(&self, run: &Run, operation: Operation, ended: Ended) -> Result<(), OpError> {
        run.last_step(ended.reached).await?;
        let pin = pinned::pinned(&self.store, run, &operation, &ended).await?;
        let tasks = if ended.reached { adopt::numbers(&operation) } else { vec![] };
        let ran = self.store.journal_of(operation.id, Level::Ran.as_str()).await?;
        let conclude = conclude(&operation);
        let command = FinishOperation {
            id: operation.id,
            app_id: operation.app_id,
            app: operation.app,
            kind: operation.kind,
            of: operation.audit_seq,
            state: if ended.reached { State::Done } else { State::Failed },
            outcome: ended.outcome,
            cause: ended.cause,
            deployment: ended.deployment,
            pin,
            tasks,
            backups: ended.backups,
            gone: ended.gone,
            ran: ran.iter().filter_map(|line| Ran::read(&serde_json::from_str(&line.text).ok()?)).collect(),
        };
        self.store.commit(&conclude, command).await.map_err(|e| OpError::stop("failed", e.to_string()))
    }
}
