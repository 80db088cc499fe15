//! Gives up what no schedule keeps any longer, right after a backup that went well.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Of;
use crate::backup::SUSPEND_AFTER;
use crate::backup::retention::Kind as Why;
use crate::backup::series::{Found, Rule, given_up};
use crate::clock::day;
use crate::ops::backup_turns::rules;
use crate::ops::ended::OpError;
use crate::ops::repositories::{LeftOver, remove_left_over};
use crate::ops::run::Run;
use crate::restic::{BackupEngine, BackupError, ForgetWish, Kind, Restic, Selection, Snapshot, SnapshotId};
use crate::stack::names::StackName;
use crate::store::StoreError;
use crate::store::backups::NewRun;
use crate::store::repositories::KeptRepository;

/// Others are waited for so long; what was to go then goes after the next backup.
const PATIENCE: Duration = Duration::from_mins(15);
/// Runs of the history that are looked at.
const RUNS: i64 = 5000;
/// Snapshots that are named one by one.
const NAMED: usize = 20;

/// Gives them up, and returns those that are in the repository no more, whoever removed them. A backup that was made stays made, whatever
/// goes wrong here.
pub(super) async fn retain(
    run: &Run,
    of: Of<'_>,
    kept: &KeptRepository,
    (stack, made): (&StackName, &[NewRun]),
    cancel: &CancellationToken,
) -> Result<Vec<String>, OpError> {
    let keeps = keeps(of, kept).await?;
    if keeps.is_empty() || kept.append_only {
        return Ok(vec![]);
    }
    run.step("Give up old backups").await?;
    let waiting = tokio::time::timeout(PATIENCE, of.backups.repositories.doors.alone(kept.id));
    let Some(Ok(_alone)) = cancel.run_until_cancelled(waiting).await else {
        run.warn("others worked in the repository for long; what is too old goes after the next backup").await?;
        return Ok(vec![]);
    };
    match give_up(run, of, kept, (stack, made), &keeps).await {
        Ok(gone) => Ok(gone),
        Err(Stopped::Store(error)) => Err(error.into()),
        Err(Stopped::Told(error)) => Err(error),
        Err(Stopped::Repository(error)) => {
            run.warn(&format!("nothing was given up, and it is tried again after the next backup: {error}")).await?;
            Ok(vec![])
        }
    }
}

/// The operation that made a snapshot, and whether its run was good, by restic's whole id.
type Makers<'a> = BTreeMap<&'a str, (i32, bool)>;

/// Why nothing was given up.
enum Stopped {
    Repository(BackupError),
    Store(StoreError),
    Told(OpError),
}

impl From<BackupError> for Stopped {
    fn from(error: BackupError) -> Self {
        Self::Repository(error)
    }
}

impl From<LeftOver> for Stopped {
    fn from(error: LeftOver) -> Self {
        match error {
            LeftOver::Repository(error) => Self::Repository(error),
            LeftOver::Store(error) => Self::Store(error),
        }
    }
}

impl From<OpError> for Stopped {
    fn from(error: OpError) -> Self {
        Self::Told(error)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What all schedules that hold for the app keep in this repository.
async fn keeps(of: Of<'_>, kept: &KeptRepository) -> Result<Vec<Rule>, OpError> {
    let all = rules(of.store).await?;
    let ours = all.into_iter().filter(|rule| rule.app.app_id == of.operation.app_id && rule.policy.repository == kept.id);
    Ok(ours.map(|rule| Rule { keep: rule.policy.keep, zone: rule.policy.schedule.zone().clone() }).collect())
}

async fn give_up(
    run: &Run,
    of: Of<'_>,
    kept: &KeptRepository,
    (stack, made): (&StackName, &[NewRun]),
    keeps: &[Rule],
) -> Result<Vec<String>, Stopped> {
    let engine: Restic = of.backups.repositories.engine(kept).map_err(|lost| BackupError::Failed(lost.to_string()))?;
    remove_left_over(of.store, &engine).await?;
    // Those of an earlier domain are there as well, and are not ours to give up.
    let all = engine.snapshots(&Selection { host: None, app: Some(stack.as_str().to_owned()) }).await?;
    let present: Vec<&Snapshot> = all.iter().filter(|snapshot| snapshot.host == of.backups.host).collect();
    let runs = of.store.backup_runs(of.operation.app_id, RUNS).await?;
    let pinned = of.store.pinned_snapshots(of.operation.app_id).await?;
    // The ones that were just made are not in the history yet.
    let fresh = made.iter().map(|run| (run.snapshot.as_str(), (of.operation.id, true)));
    let by: Makers<'_> =
        runs.iter().map(|run| (run.snapshot.as_str(), (run.operation, run.outcome == "succeeded"))).chain(fresh).collect();
    let found: Vec<Found> = present.iter().filter_map(|snapshot| found(snapshot, &by, &pinned)).collect();
    let good: Vec<bool> =
        std::iter::once(true).chain(runs.iter().map(|run| run.outcome == "succeeded")).take(SUSPEND_AFTER).collect();
    let old: Vec<SnapshotId> = given_up(&found, keeps, &good, run.now()).iter().filter_map(|id| SnapshotId::new(id)).collect();
    let mut removed = BTreeSet::new();
    if !old.is_empty() {
        let wish = ForgetWish { host: of.backups.host.clone(), app: stack.as_str().to_owned(), snapshots: old };
        let forgotten = engine.forget(&engine.plan_forget(&wish).await?).await?;
        let times: BTreeMap<&SnapshotId, i64> = present.iter().map(|snapshot| (&snapshot.id, snapshot.time)).collect();
        for id in forgotten.removed.iter().take(NAMED) {
            run.note(&format!("given up: {}, made {}", id.short(), day(times.get(id).copied().unwrap_or_default()))).await?;
        }
        if let Some(more) = forgotten.removed.len().checked_sub(NAMED).filter(|more| *more > 0) {
            run.note(&format!("given up: {more} more")).await?;
        }
        if !forgotten.kept.is_empty() {
            let text = format!(
                "the repository let {} snapshots not be removed. If it is append-only, say so on its page",
                forgotten.kept.len()
            );
            run.warn(&text).await?;
        }
        removed.extend(forgotten.removed);
    }
    run.note(&format!("{} stay", present.len() - removed.len())).await?;
    let there: BTreeSet<&str> = all.iter().filter(|one| !removed.contains(&one.id)).map(|one| one.id.as_str()).collect();
    let missing = runs.iter().filter(|run| run.repository.0 == kept.id && run.gone.is_none() && !run.snapshot.is_empty());
    let missing = missing.map(|run| run.snapshot.clone()).filter(|id| !there.contains(id.as_str()));
    Ok(missing.chain(removed.iter().map(|id| id.as_str().to_owned())).collect::<BTreeSet<_>>().into_iter().collect())
}

/// A snapshot of ours as the decision sees it; `None` for those that it must not speak of.
fn found(snapshot: &Snapshot, by: &Makers<'_>, pinned: &[String]) -> Option<Found> {
    let tags = snapshot.tags.as_ref()?;
    let kind = match tags.kind {
        Kind::Scheduled => Why::Scheduled,
        Kind::Manual => Why::Manual,
        Kind::PreUpgrade => Why::PreUpgrade,
        Kind::PreRestore => Why::PreRestore,
        Kind::State => return None,
    };
    let made = by.get(snapshot.id.as_str());
    Some(Found {
        id: snapshot.id.as_str().to_owned(),
        at: snapshot.time,
        kind,
        // What the run knows beside the tag, such as that the last look failed.
        partial: tags.partial || made.is_some_and(|(_, good)| !good),
        pinned: pinned.iter().any(|id| id == snapshot.id.as_str()),
        paths: snapshot.paths.iter().map(|path| path.as_str().to_owned()).collect(),
        operation: made.map(|(operation, _)| *operation),
    })
}
