//! Changing what runs, and not to another version: new tasks for services that are restarted, more or fewer for those that are scaled.
//!
//! The services are sent as they were read, so whatever somebody else changed in them stays. Everything else of the stack is left alone.

use serde::{Deserialize, Serialize};

use crate::access::{Action, Grant};
use crate::stack::desired::Desired;
use crate::stack::names::descope;

use super::apply::{Leftovers, Target};
use super::ended::{Ended, OpError};
use super::run::Run;
use super::{apply, check, deployed, watching};

/// Services as they are to be, exactly as it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjusted {
    /// These services alone, with what they use.
    pub desired: Desired,
    /// Full names of the stack's other services, which stay as they are.
    pub others: Vec<String>,
    /// The hash of the plan when it was asked for.
    pub plan_hash: String,
    pub timeout_s: u64,
}

impl Adjusted {
    /// Short names of the services.
    pub fn names(&self) -> Vec<String> {
        let names = self.desired.services.iter().map(|s| &s.name);
        names.map(|name| descope(&self.desired.stack, name).unwrap_or(name).to_owned()).collect()
    }
}

/// Carries it out. `may` is the right to it, judged when the operation began to run; `what` names the step that changes something.
pub async fn run<A: Action>(may: &Grant<A>, run: &Run, wanted: Adjusted, what: &str) -> Result<Ended, OpError> {
    run.step("Check the services").await?;
    let observed = check::plan_holds(run, &wanted.desired, &wanted.plan_hash, &wanted.others).await?;
    let confirmed = check::standing(&wanted.desired, &observed);
    check::powers(may, run, &wanted.desired, &observed, &confirmed).await?;
    let pass = check::pass(may, run, &wanted.desired, &observed, &confirmed)?;

    run.step(what).await?;
    run.touch().await?;
    let target = Target { desired: &wanted.desired, secrets: &[], leftovers: Leftovers::Keep };
    let expected = apply::apply(run, &pass, &target, &observed).await?;

    run.step("Watch the services").await?;
    let verdict = watching::watch(run, &wanted.desired.stack, expected, wanted.timeout_s).await?;
    Ok(deployed::judged(&wanted.desired.stack, &verdict))
}
