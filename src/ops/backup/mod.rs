//! A backup of an app: hooks, then the files of its volumes into a repository, on each node that holds some.
//!
//! `spread.rs` says which node holds what, `orders.rs` what its runner is told, `task.rs` runs it there and follows it, `retain.rs`
//! gives old ones up afterwards.

pub(in crate::ops) mod follow;
pub(in crate::ops) mod orders;
mod retain;
pub(in crate::ops) mod spread;
pub(in crate::ops) mod task;

pub use crate::runner::{volume_folder, volume_of, volumes_folder};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::access::Grant;
use crate::access::action::RunBackup;
use crate::backup::{Contents, Mode, OnHookError, Policy, Service};
use crate::restic::{Kind, Place, Repository};
use crate::runner::Outcome;
use crate::stack::names::StackName;
use crate::stack::observed::Swarm;
use crate::store::Store;
use crate::store::backups::NewRun;
use crate::store::operations::Operation;
use crate::store::repositories::{KeptRepository, RepositoryState};

use super::ended::{Ended, OpError};
use super::handover::Handover;
use super::order::{Order, Wanted};
use super::repositories::Repositories;
use super::run::Run;

/// A backup, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupWanted {
    /// The row of the repository.
    pub repository: i32,
    pub stack: String,
    /// Why it is made: the word of a [`Kind`].
    pub why: String,
    /// The recipe's hooks are run.
    pub hooks: bool,
    /// Nothing is stored if a hook fails beforehand.
    pub strict: bool,
    /// A hook that takes more seconds is given up.
    pub hook_limit_s: u64,
}

/// A hook that takes longer is given up, unless somebody chose otherwise. Dumps of large databases take their time.
pub(in crate::ops) const HOOK_LIMIT_S: u64 = 60 * 60;

impl BackupWanted {
    /// What a member asks for by a button.
    pub fn by_hand(repository: i32, stack: &str) -> Self {
        let (stack, why) = (stack.to_owned(), Kind::Manual.as_str().to_owned());
        Self { repository, stack, why, hooks: true, strict: false, hook_limit_s: HOOK_LIMIT_S }
    }

    /// The way back from what is to be done to the app.
    pub(in crate::ops) fn before(why: Kind, repository: i32, stack: &str) -> Self {
        Self { why: why.as_str().to_owned(), ..Self::by_hand(repository, stack) }
    }

    /// What a schedule asks for.
    pub fn scheduled(policy: &Policy, stack: &str) -> Self {
        Self {
            repository: policy.repository,
            stack: stack.to_owned(),
            why: Kind::Scheduled.as_str().to_owned(),
            hooks: policy.mode == Mode::Dump,
            strict: policy.on_hook_error == OnHookError::Abort,
            hook_limit_s: u64::from(policy.hook_timeout_s),
        }
    }
}

/// Asks for a backup.
pub const fn order(app_id: i32, wanted: BackupWanted, nonce: String) -> Order<RunBackup> {
    Order::of(app_id, Wanted::Backup(wanted), nonce)
}

/// What backups need of the place where the dashboard runs.
#[derive(Clone)]
pub struct Backups {
    pub repositories: Repositories,
    /// The image of runners; `None` is the one that the dashboard itself runs.
    pub image: Option<String>,
    /// Where nodes have their engine's socket.
    pub socket: String,
    /// The server's domain.
    pub host: String,
}

/// Where its parts are.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    pub operation: &'a Operation,
    pub store: &'a Store,
    pub handover: &'a Handover,
    pub backups: &'a Backups,
}

/// Makes the backup. What each node made is in `NewRun`s of the end, also of those that failed.
pub async fn run(_may: &Grant<RunBackup>, run: &Run, of: Of<'_>, wanted: BackupWanted) -> Result<Ended, OpError> {
    let stoppable = of.handover.stops.begin(of.operation.id);
    let made = make(run, of, &wanted, &stoppable.asked).await?;
    let good = !made.is_empty() && made.iter().all(|(outcome, _)| *outcome == Outcome::Succeeded);
    let runs: Vec<NewRun> = made.iter().map(|(_, run)| run.clone()).collect();
    let gone = match (of.store.repository(wanted.repository).await?, StackName::parse(&wanted.stack)) {
        (Some(kept), Ok(stack)) if good => retain::retain(run, of, &kept, (&stack, &runs), &stoppable.asked).await?,
        _ => vec![],
    };
    Ok(Ended { gone, ..end(made) })
}

/// Makes the backup, node by node.
pub(in crate::ops) async fn make(
    run: &Run,
    of: Of<'_>,
    wanted: &BackupWanted,
    cancel: &CancellationToken,
) -> Result<Vec<(Outcome, NewRun)>, OpError> {
    let failed = |text: String| OpError::stop("failed", text);
    let stack = StackName::parse(&wanted.stack).map_err(|e| failed(e.to_string()))?;
    let kind = Kind::parse(&wanted.why).ok_or_else(|| failed(format!("there is no kind of backups called {}", wanted.why)))?;
    run.step("Look at what is to be backed up").await?;
    let swarm = run.fresh().await?;
    let observed = swarm.stack(&stack);
    let kept = of.store.repository(wanted.repository).await?.ok_or_else(|| failed("the repository is gone".to_owned()))?;
    if kept.state != RepositoryState::Active {
        return Err(failed(format!("the repository {} takes no backups now: {}", kept.name, kept.state.as_str())));
    }
    let repository = of.backups.repositories.open(&kept).map_err(|e| failed(e.to_string()))?;
    let services: Vec<Service> = observed.services.iter().map(|service| Service::of(&stack, &service.spec)).collect();
    let contents = Contents::of(&services);
    let here = run.inspect.info().await?.node_id;
    let local = run.inspect.volumes(stack.as_str()).await?;
    let parts = spread::spread(&contents, &observed, &spread::Here { node: &here, volumes: &local }).map_err(failed)?;
    if repository.place().is_local()
        && let Some(far) = parts.iter().find(|part| part.node != here)
    {
        let text = format!(
            "the repository {} is a folder of this server, and {} is on {}; use a repository that every node reaches: a REST server, \
             S3 or SFTP",
            kept.name,
            far.volumes.iter().map(|v| v.name.as_str()).collect::<Vec<_>>().join(", "),
            far.hostname
        );
        return Err(failed(text));
    }
    let image = image(of, &swarm)?;
    let engine = of.backups.repositories.engine(&kept).map_err(|e| failed(e.to_string()))?;
    let Some(_among) = cancel.run_until_cancelled(of.backups.repositories.doors.among(kept.id)).await else {
        return Err(OpError::stop("cancelled", "somebody stopped it while it waited for the repository"));
    };
    let at = orders::At {
        of,
        stack: &stack,
        wanted,
        kind,
        contents: &contents,
        observed: &observed,
        repository: &repository,
        engine: &engine,
    };
    let mut runs: Vec<(Outcome, NewRun)> = vec![];
    for (place, part) in parts.iter().enumerate() {
        let name = task::name(of.operation.id, place + 1);
        let volumes: Vec<String> = part.volumes.iter().map(|volume| volume.name.clone()).collect();
        let task = task::Task {
            run,
            stack: &stack,
            observed: &observed,
            name: &name,
            node: &part.node,
            volumes: &volumes,
            writes: false,
            folder: folder(&repository),
            image: &image,
            socket: &of.backups.socket,
            cancel,
        };
        run.step(&format!("Back up on {}", part.hostname)).await?;
        let made = task.carry_out(at.assignment(&name, part)).await?;
        let outcome = made.outcome;
        runs.push((outcome, new_run(&kept, &wanted.why, part, made)));
        if matches!(outcome, Outcome::Failed | Outcome::Cancelled) {
            break;
        }
    }
    Ok(runs)
}

/// The image of runners.
pub(in crate::ops) fn image(of: Of<'_>, swarm: &Swarm) -> Result<String, OpError> {
    let text = "it is not known which image runners have: Canteen runs in no container of this Swarm; set CANTEEN_RUNNER_IMAGE";
    let image = of.backups.image.clone().or_else(|| swarm.own_image().map(str::to_owned));
    image.ok_or_else(|| OpError::stop("failed", text))
}

/// The folder of the node that the repository lies in, if it is one.
pub(in crate::ops) fn folder(repository: &Repository) -> Option<&str> {
    match repository.place() {
        Place::Local { path } => Some(path.as_str()),
        Place::Rest { .. } | Place::S3 { .. } | Place::Sftp { .. } => None,
    }
}

fn new_run(kept: &KeptRepository, kind: &str, part: &spread::Part, made: Made) -> NewRun {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let stored = made.stored;
    NewRun {
        repository: kept.id,
        kind: kind.to_owned(),
        outcome: made.outcome.as_str(),
        cause: made.cause,
        node: part.hostname.clone(),
        volumes: part.volumes.iter().map(|volume| volume.name.clone()).collect(),
        snapshot: stored.as_ref().map(|s| s.snapshot.as_str().to_owned()).unwrap_or_default(),
        files: stored.as_ref().map(|s| number(s.files)).unwrap_or_default(),
        bytes: stored.as_ref().map(|s| number(s.bytes)).unwrap_or_default(),
        packed: stored.as_ref().map(|s| number(s.packed)).unwrap_or_default(),
        warnings: made.warnings,
        began: made.began,
        ended: made.ended,
    }
}

/// The verdict on all of them: as good as the worst.
fn end(runs: Vec<(Outcome, NewRun)>) -> Ended {
    let worst = runs.iter().max_by_key(|(outcome, _)| severity(*outcome)).map(|(outcome, run)| (*outcome, run.cause.clone()));
    let ended = match worst {
        Some((Outcome::Succeeded, _)) => Ended::well("backed up"),
        Some((Outcome::Partial, _)) => Ended::badly("partial", "something is missing in this backup; the steps above name it"),
        Some((Outcome::Cancelled, cause)) => Ended::badly("cancelled", cause),
        Some((Outcome::Failed, cause)) => Ended::badly("failed", cause),
        None => Ended::badly("failed", "the app has no volume that a backup would hold"),
    };
    Ended { backups: runs.into_iter().map(|(_, run)| run).collect(), ..ended }
}

/// How bad an outcome is; the worst of several is that of all.
pub(in crate::ops) const fn severity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Succeeded => 0,
        Outcome::Partial => 1,
        Outcome::Cancelled => 2,
        Outcome::Failed => 3,
    }
}

/// What became of a runner.
pub(in crate::ops) struct Made {
    pub(in crate::ops) outcome: Outcome,
    pub(in crate::ops) cause: String,
    pub(super) stored: Option<crate::runner::Stored>,
    pub(super) warnings: i32,
    pub(super) began: crate::clock::Millis,
    pub(super) ended: crate::clock::Millis,
}
