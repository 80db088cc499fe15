//! Going back: all services of an app become what an earlier deployment sent, in one operation.
//!
//! What runs now is read from the Swarm and held against the kept objects, so it does not matter how far a failed deploy came. The
//! images are the kept ones, digests and all; no registry is asked. Putting back what somebody changed past the dashboard is the same,
//! but that the settings stay.

use crate::access::{Action, Grant};
use crate::stack::carried;
use crate::stack::desired::Desired;
use crate::stack::policy::claimed;
use crate::store::Store;
use crate::store::deployments::Deployment;
use crate::store::operations::Operation;

use super::apply::{Leftovers, Target};
use super::deployed::MadeOf;
use super::ended::{Ended, OpError};
use super::order::RollbackWanted;
use super::run::Run;
use super::scale::keep_chosen;
use super::{apply, check, deployed, watching};

/// Whose earlier deployment it is, and where it is kept.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    pub operation: &'a Operation,
    pub store: &'a Store,
}

/// Carries it out. `may` is the right to go back, judged when the operation began to run.
pub async fn run<A: Action>(may: &Grant<A>, run: &Run, of: Of<'_>, wanted: RollbackWanted) -> Result<Ended, OpError> {
    run.step("Check the plan").await?;
    let earlier = earlier(of, wanted.deployment).await?;
    let mut desired = objects(&earlier)?;
    for told in keep_chosen(&mut desired, &of.store.chosen_replicas(of.operation.app_id).await?) {
        run.note(&told).await?;
    }
    let observed = check::plan_holds(run, &desired, &wanted.plan_hash, &wanted.keep).await?;
    let mut confirmed = wanted.confirmed;
    if wanted.reapply {
        confirmed.extend(check::standing(&desired, &observed));
    }
    check::powers(may, run, &desired, &observed, &confirmed).await?;
    let pass = check::pass(may, run, &desired, &observed, &confirmed)?;

    run.step("Change the Swarm").await?;
    run.touch().await?;
    let leftovers = Leftovers::Except(&wanted.keep);
    let target = Target { desired: &desired, secrets: &[], leftovers };
    let expected = apply::apply(run, &pass, &target, &observed).await?;

    run.step("Watch the services").await?;
    let verdict = watching::watch(run, &desired.stack, expected, wanted.timeout_s).await?;
    let made_of =
        MadeOf { recipe: &earlier.recipe, version: &earlier.version, commit: &earlier.commit_id, env_number: earlier.env_number };
    Ok(deployed::ended(of.operation, &made_of, &desired, &verdict))
}

/// The deployment of this app of that number.
pub(super) async fn earlier(of: Of<'_>, id: i32) -> Result<Deployment, OpError> {
    let found = of.store.deployment(of.operation.app_id, id).await?;
    found.ok_or_else(|| OpError::stop("failed", format!("the deployment {id} is not kept any more; choose another one")))
}

/// The objects that an earlier deployment sent.
///
/// # Errors
/// They were written by a Canteen whose form this one can't read.
pub fn objects(earlier: &Deployment) -> Result<Desired, OpError> {
    let mut desired: Desired = serde_json::from_str(&earlier.stack).map_err(|e| {
        let text =
            format!("what deployment {} sent can't be read any more ({e}); deploy {} anew instead", earlier.id, earlier.version);
        OpError::stop("blocked", text)
    })?;
    // What was adopted used to be kept without the addresses that its settings claim.
    if desired.domains.is_empty() {
        desired.domains = claimed(&carried::settings(desired.services.iter()));
    }
    Ok(desired)
}
