//! Putting an app's data back to a snapshot, in the order of the plan (`backup::restore`): the way back first, then the hooks, and
//! whatever was stopped is started again, however it ends.
//!
//! `look.rs` makes the plan, `spread.rs` says on which node it is carried out, `carry.rs` does it step by step, `stand.rs` stops and starts
//! services, `noted.rs` is what is kept of their numbers, `again.rs` cleans up after a restart.

mod again;
mod carry;
mod look;
mod noted;
mod spread;
mod stand;

pub use again::again;
pub use look::{Look, look};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::Grant;
use crate::access::action::Restore;
use crate::restic::SnapshotId;
use crate::runner::Outcome;
use crate::stack::names::StackName;

use super::backup::Of;
use super::ended::{Ended, OpError};
use super::order::{Order, Wanted};
use super::run::Run;

/// A restore, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreWanted {
    /// The row of the repository.
    pub repository: i32,
    pub stack: String,
    /// restic's whole id.
    pub snapshot: String,
    /// The host name of the node that it was made on.
    pub node: String,
    /// Volumes, by their short names, that somebody wants back whole.
    pub whole: Vec<String>,
    /// Somebody does without a snapshot of how things are.
    pub skip_safety: bool,
    /// The hash of the plan that was shown.
    pub plan: String,
    /// Services may take so many seconds to come up again.
    pub timeout_s: u64,
}

impl RestoreWanted {
    /// The beginning of the snapshot's id, as restic shows it.
    pub fn short(&self) -> &str {
        self.snapshot.get(..8).unwrap_or(&self.snapshot)
    }

    /// For the audit log.
    pub(super) fn particulars(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("repository", self.repository.into()),
            ("snapshot", self.snapshot.clone().into()),
            ("whole", self.whole.clone().into()),
            ("plan", self.plan.clone().into()),
        ]
    }
}

/// Asks for a restore.
pub fn order(app_id: i32, wanted: RestoreWanted, nonce: String) -> Order<Restore> {
    Order::of(app_id, Wanted::Restore(Box::new(wanted)), nonce)
}

/// Carries it out, if everything is still as it was shown.
pub async fn run(_may: &Grant<Restore>, run: &Run, of: Of<'_>, wanted: RestoreWanted) -> Result<Ended, OpError> {
    if run.past.touched {
        return again(run, of, &wanted).await;
    }
    let failed = |text: String| OpError::stop("failed", text);
    run.step("Look at the snapshot and at the app").await?;
    let stack = StackName::parse(&wanted.stack).map_err(|e| failed(e.to_string()))?;
    let observed = run.fresh().await?.stack(&stack);
    let found = look(of.store, &of.backups.repositories, of.operation.app_id, &observed, &wanted).await?;
    let found = found.map_err(|why| failed(format!("{why}; nothing was changed")))?;
    if found.hash() != wanted.plan {
        let text = "the app is not as it was when the plan was shown. Nothing was changed; look at the new plan and ask again";
        return Err(OpError::stop("plan changed", text));
    }
    for warning in &found.plan.warnings {
        run.warn(&warning.text).await?;
    }
    let stoppable = of.handover.stops.begin(of.operation.id);
    let snapshot = SnapshotId::new(&wanted.snapshot).ok_or_else(|| failed(format!("{} is no snapshot", wanted.snapshot)))?;
    let mut carry = carry::Carry::new(run, of, &wanted, &stack, &found, snapshot, &stoppable.asked);
    let mut done = carry.all().await;
    if let Err(OpError::Stop { .. }) = &done {
        run.close_step(false).await?;
    }
    if let Err(error) = carry.start_the_rest().await
        && done.is_ok()
    {
        done = Err(error);
    }
    let ended = match done {
        Ok(()) => Ended::well("restored"),
        Err(OpError::Stop { outcome, cause }) => Ended::badly(outcome, carry.with_the_way_back(&cause)),
        Err(other) => return Err(other),
    };
    Ok(Ended { backups: carry.made.into_iter().map(|(_, run)| run).collect(), ..ended })
}

/// What a runner that did not do all it was sent for amounts to.
fn verdict(outcome: Outcome, cause: String) -> Result<(), OpError> {
    match outcome {
        Outcome::Succeeded => Ok(()),
        Outcome::Cancelled => Err(OpError::stop("cancelled", cause)),
        Outcome::Partial | Outcome::Failed => Err(OpError::stop("failed", cause)),
    }
}
