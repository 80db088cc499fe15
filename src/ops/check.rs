//! What is looked at once more before the first change: is the world still the one that the plan was made for, and may whoever asked
//! have what the stack asks of the host.

use crate::access::{Action, Actor, Grant, Role};
use crate::stack::desired::Desired;
use crate::stack::observed::Observed;
use crate::stack::plan::{Plan, plan};
use crate::stack::policy::host_power;

use super::ended::OpError;
use super::run::Run;

/// The plan must still be the one that was shown. After a restart our own changes may stand in the Swarm already, and then only what
/// stands in the way is looked for. Services in `keep` (full names) stay, though they are not desired. Returns
/// the reading that it was held against.
pub(super) async fn plan_holds(run: &Run, desired: &Desired, shown: &str, keep: &[String]) -> Result<Observed, OpError> {
    let observed = run.fresh().await?.stack(&desired.stack);
    holds(run, desired, &observed, shown, keep)?;
    Ok(observed)
}

/// Whether the plan for this reading is the one that was shown.
pub(super) fn holds(run: &Run, desired: &Desired, observed: &Observed, shown: &str, keep: &[String]) -> Result<(), OpError> {
    let plan = beside(desired, observed.clone(), keep);
    if let Some(blocker) = plan.blockers.first() {
        let done = if run.past.touched { "It was begun before a restart" } else { "Nothing was changed" };
        return Err(OpError::stop("blocked", format!("{}; {}. {done}", blocker.what, blocker.hint)));
    }
    if !run.past.touched && plan.hash() != shown {
        let text = "the Swarm is not as it was when the plan was shown. Nothing was changed; look at the new plan and ask again";
        return Err(OpError::stop("plan changed", text));
    }
    Ok(())
}

/// The plan that leaves these services (full names) alone, though the desired stack does not have them.
pub fn beside(desired: &Desired, mut observed: Observed, keep: &[String]) -> Plan {
    observed.services.retain(|s| !keep.contains(&s.spec.name));
    plan(desired, &observed)
}

/// The one policy over the objects as they are sent: what reaches beyond the app's own containers is for admins, and is noted.
pub(super) async fn powers<A: Action>(may: &Grant<A>, run: &Run, desired: &Desired) -> Result<(), OpError> {
    let powers = host_power(desired);
    let admin = matches!(may.actor(), Actor::Member { role: Role::Admin, .. });
    for power in &powers {
        run.note(&format!("{} asks for {}: {}", power.service, power.what, power.why)).await?;
    }
    match powers.first() {
        Some(power) if !admin => Err(OpError::stop("refused", format!("only an admin may deploy what asks for {}", power.what))),
        _ => Ok(()),
    }
}
