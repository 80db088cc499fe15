//! The backup before an upgrade: where it goes, and whether the upgrade goes on after it. What decides is `updates::Safety`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backup::{Contents, Service};
use crate::restic::Kind;
use crate::runner::Outcome;
use crate::stack::names::StackName;
use crate::stack::observed::Observed;
use crate::store::backups::NewRun;
use crate::store::repositories::RepositoryState;
use crate::store::{Store, StoreError};
use crate::updates::{Ended as Safe, goes_on};

use super::backup::{self, BackupWanted, Of};
use super::backup_turns::rules;
use super::deploy::CHANGE;
use super::ended::{Ended, OpError};
use super::order::DeployWanted;
use super::run::Run;
use super::{check, journal::Level};

/// A backup that is made before the Swarm is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyWanted {
    /// The row of the repository.
    pub repository: i32,
    /// Why the upgrade goes on though the backup fails; empty if it does not.
    pub in_spite: String,
}

impl SafetyWanted {
    /// For the audit log.
    pub(super) fn particulars(&self) -> Vec<(&'static str, Value)> {
        let mut told = vec![("backup_first", self.repository.into())];
        if !self.in_spite.is_empty() {
            told.push(("in_spite_of_backup", self.in_spite.clone().into()));
        }
        told
    }
}

/// Repositories that take a backup of the app, rows and names: the one of its schedule first.
///
/// # Errors
/// The database can't be read.
pub async fn destinations(store: &Store, app_id: i32) -> Result<Vec<(i32, String)>, StoreError> {
    let all = store.repositories().await?.into_iter().filter(|kept| kept.state == RepositoryState::Active);
    let mut all: Vec<(i32, String)> = all.map(|kept| (kept.id, kept.name)).collect();
    let usual: Vec<i32> =
        rules(store).await?.into_iter().filter(|rule| rule.app.app_id == app_id).map(|rule| rule.policy.repository).collect();
    all.sort_by_key(|(id, _)| usual.iter().position(|one| one == id).unwrap_or(usize::MAX));
    Ok(all)
}

/// Whether a backup of what runs would hold anything.
pub fn holds_anything(stack: &StackName, observed: &Observed) -> bool {
    let services: Vec<Service> = observed.services.iter().map(|service| Service::of(stack, &service.spec)).collect();
    Contents::of(&services).volumes.iter().any(crate::backup::Volume::is_taken)
}

/// Makes the backup, if one is wanted and nothing was changed yet. `Err` is the end of the operation: the upgrade does not go on.
pub(super) async fn make(run: &Run, of: Of<'_>, wanted: &DeployWanted) -> Result<Result<Vec<NewRun>, Ended>, OpError> {
    let Some(safety) = &wanted.safety else { return Ok(Ok(vec![])) };
    if run.past.touched && is_changing(of).await? {
        return Ok(Ok(vec![]));
    }
    run.step("Check the plan").await?;
    check::plan_holds(run, &wanted.desired, &wanted.plan_hash, &wanted.keep).await?;
    let stoppable = of.handover.stops.begin(of.operation.id);
    let asked = BackupWanted::before(Kind::PreUpgrade, safety.repository, wanted.desired.stack.as_str());
    let made = match backup::make(run, of, &asked, &stoppable.asked).await {
        Ok(made) => made,
        Err(OpError::Stop { outcome: "cancelled", cause }) => return Ok(Err(Ended::badly("cancelled", cause))),
        Err(OpError::Stop { cause, .. }) => return decide(run, safety, vec![], Safe::Failed, cause).await,
        Err(other) => return Err(other),
    };
    let cause = made.iter().map(|(_, run)| run.cause.as_str()).find(|cause| !cause.is_empty()).unwrap_or_default().to_owned();
    let ended = match made.iter().map(|(outcome, _)| *outcome).max_by_key(|outcome| backup::severity(*outcome)) {
        Some(Outcome::Succeeded) => Safe::Good,
        Some(Outcome::Partial) => Safe::Partial,
        Some(Outcome::Cancelled) => {
            let runs = made.into_iter().map(|(_, run)| run).collect();
            return Ok(Err(Ended {
                backups: runs,
                ..Ended::badly("cancelled", "somebody stopped it before anything was changed")
            }));
        }
        Some(Outcome::Failed) | None => Safe::Failed,
    };
    decide(run, safety, made.into_iter().map(|(_, run)| run).collect(), ended, cause).await
}

async fn decide(
    run: &Run,
    safety: &SafetyWanted,
    runs: Vec<NewRun>,
    ended: Safe,
    cause: String,
) -> Result<Result<Vec<NewRun>, Ended>, OpError> {
    let told = match ended {
        Safe::Good => return Ok(Ok(runs)),
        Safe::Partial => "something is missing in the backup before the upgrade; the steps above name it".to_owned(),
        Safe::Failed => format!("the backup before the upgrade failed: {cause}"),
    };
    if goes_on(ended, &safety.in_spite) {
        run.warn(&format!("{told}. It goes on all the same: {}", safety.in_spite)).await?;
        return Ok(Ok(runs));
    }
    run.close_step(false).await?;
    let cause = format!("{told}\nNothing was changed. Ask again, or say why it should go on without a good backup");
    Ok(Err(Ended { backups: runs, ..Ended::badly("no backup", cause) }))
}

/// The Swarm was being changed already when the dashboard was stopped: a backup now would not be of what was before.
async fn is_changing(of: Of<'_>) -> Result<bool, OpError> {
    let begun = of.store.journal_of(of.operation.id, Level::Begin.as_str()).await?;
    Ok(begun.iter().any(|line| line.step == CHANGE))
}

/// The end of the upgrade, with what its backup made.
pub(super) fn with(safe: Vec<NewRun>, ended: Result<Ended, OpError>) -> Result<Ended, OpError> {
    if safe.is_empty() {
        return ended;
    }
    match ended {
        Ok(ended) => Ok(Ended { backups: safe, ..ended }),
        // It is taken up again, and a snapshot of which nothing is known by then is known to the repository.
        Err(OpError::Store(error)) => Err(error.into()),
        Err(other) => Ok(Ended { backups: safe, ..other.into_ended() }),
    }
}
