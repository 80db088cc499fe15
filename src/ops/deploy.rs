//! A deploy: the plan that was shown, nothing else, and a verdict that is true.

use crate::access::{Grant, WriteAction};
use crate::store::operations::Operation;

use super::apply::{Leftovers, Target};
use super::deployed::{self, MadeOf};
use super::ended::{Ended, OpError};
use super::order::DeployWanted;
use super::pins::Resolve;
use super::run::Run;
use super::{apply, check, pins, watching};

/// The step from which on the Swarm may be changed.
pub(super) const CHANGE: &str = "Change the Swarm";

/// Carries the deploy out. `may` is the right to deploy, a release or any commit, judged when the operation began to run.
pub async fn run<A: WriteAction>(may: &Grant<A>, run: &Run, operation: &Operation, wanted: DeployWanted) -> Result<Ended, OpError> {
    run.step("Check the plan").await?;
    let observed = check::plan_holds(run, &wanted.desired, &wanted.plan_hash, &wanted.keep).await?;
    check::powers(may, run, &wanted.desired, &observed, &wanted.confirmed).await?;

    run.step("Find the images").await?;
    let pinned = pins::pin(run, wanted.desired, &observed, Resolve::Always).await?;
    let pass = check::pass(may, run, &pinned, &observed, &wanted.confirmed)?;

    run.step(CHANGE).await?;
    run.touch().await?;
    let leftovers = Leftovers::Except(&wanted.keep);
    for name in &wanted.keep {
        run.note(&format!("{name} goes on running: it is not in this version, and was not to be removed")).await?;
    }
    let target = Target { desired: &pinned, secrets: &[], leftovers };
    let expected = apply::apply(run, &pass, &target, &observed).await?;

    run.step("Watch the services").await?;
    let verdict = watching::watch(run, &pinned.stack, expected, wanted.timeout_s).await?;
    let of = MadeOf { recipe: &wanted.recipe, version: &wanted.version, commit: &wanted.commit, env_number: wanted.env_number };
    Ok(deployed::ended(operation, &of, &pinned, &verdict))
}
