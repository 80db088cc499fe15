//! Going back: all services of an app become what an earlier deployment sent, in one operation.
//!
//! What runs now is read from the Swarm and held against the kept objects, so it does not matter how far a failed deploy came. The
//! images are the kept ones, digests and all; no registry is asked.

use crate::access::Grant;
use crate::access::action::Rollback;
use crate::stack::desired::Desired;
use crate::store::Store;
use crate::store::deployments::Deployment;
use crate::store::operations::Operation;

use super::apply::{Leftovers, Target};
use super::deployed::MadeOf;
use super::ended::{Ended, OpError};
use super::order::RollbackWanted;
use super::run::Run;
use super::{apply, check, deployed, watching};

/// Whose earlier deployment it is, and where it is kept.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    pub operation: &'a Operation,
    pub store: &'a Store,
}

/// Carries it out. `may` is the right to go back, judged when the operation began to run.
pub async fn run(may: &Grant<Rollback>, run: &Run, of: Of<'_>, wanted: RollbackWanted) -> Result<Ended, OpError> {
    run.step("Check the plan").await?;
    let earlier = earlier(of, wanted.deployment).await?;
    let desired = objects(&earlier)?;
    let observed = check::plan_holds(run, &desired, &wanted.plan_hash).await?;
    check::powers(may, run, &desired).await?;

    run.step("Change the Swarm").await?;
    run.touch().await?;
    let target = Target { desired: &desired, secrets: &[], leftovers: Leftovers::Remove };
    let expected = apply::apply(run, &target, &observed).await?;

    run.step("Watch the services").await?;
    let verdict = watching::watch(run, &desired.stack, expected, wanted.timeout_s).await?;
    let made_of =
        MadeOf { recipe: &earlier.recipe, version: &earlier.version, commit: &earlier.commit_id, env_number: earlier.env_number };
    Ok(deployed::ended(of.operation, &made_of, &desired, &verdict))
}

async fn earlier(of: Of<'_>, id: i32) -> Result<Deployment, OpError> {
    let found = of.store.deployment(of.operation.app_id, id).await?;
    found.ok_or_else(|| OpError::stop("failed", format!("the deployment {id} is not kept any more; choose another one")))
}

/// The objects that an earlier deployment sent.
///
/// # Errors
/// They were written by a Canteen whose form this one can't read.
pub fn objects(earlier: &Deployment) -> Result<Desired, OpError> {
    serde_json::from_str(&earlier.stack).map_err(|e| {
        let text =
            format!("what deployment {} sent can't be read any more ({e}); deploy {} anew instead", earlier.id, earlier.version);
        OpError::stop("blocked", text)
    })
}
