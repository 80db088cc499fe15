//! What is looked at once more before the first change: is the world still the one that the plan was made for, and may whoever asked
//! have what the stack asks of the host.

use crate::access::action::Conclude;
use crate::access::{Action, Actor, Grant, Permission};
use crate::stack::desired::Desired;
use crate::stack::observed::Observed;
use crate::stack::plan::{Plan, plan};
use crate::stack::policy::{self, Pass, Power, Tier, Who, admit, verdict};

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

/// What stands in the journal of what the stack asks of the host, and whether whoever asked may have it sent. `confirmed` are the lines
/// that they typed a confirmation for. The pass comes later, from [`pass`], for what is sent in the end.
pub(super) async fn powers<A: Action>(
    may: &Grant<A>,
    run: &Run,
    desired: &Desired,
    observed: &Observed,
    confirmed: &[String],
) -> Result<(), OpError> {
    let verdict = verdict(desired, observed);
    for power in &verdict.powers {
        run.note(&format!("asks for power: {}; {}", power.line(), power.why)).await?;
    }
    verdict.refusal(&Who { tier: trust(may, run), confirmed }).map_or(Ok(()), |why| Err(why.into()))
}

/// The pass that every object goes with.
pub(super) fn pass<A: Action>(
    may: &Grant<A>,
    run: &Run,
    desired: &Desired,
    observed: &Observed,
    confirmed: &[String],
) -> Result<Pass, OpError> {
    Ok(admit(desired, observed, &Who { tier: trust(may, run), confirmed })?)
}

/// How far whoever asked is trusted in this operation.
fn trust<A: Action>(may: &Grant<A>, run: &Run) -> Tier {
    let tier = tier(may);
    run.at_most.map_or(tier, |most| tier.min(most))
}

/// The pass for putting back what ran before an operation changed it. It was let through then and gives nothing more, so nobody needs
/// a right for it that they may have lost since.
pub(super) fn pass_back(_may: &Grant<Conclude>, before: &Desired, observed: &Observed) -> Result<Pass, OpError> {
    let confirmed = policy::powers(before, observed).iter().map(Power::line).collect::<Vec<_>>();
    Ok(admit(before, observed, &Who { tier: Tier::Admin, confirmed: &confirmed })?)
}

/// What the running services ask of the host already: it was confirmed when they were deployed. What only changes them, or puts them
/// back, gives nothing more.
pub fn standing(desired: &Desired, observed: &Observed) -> Vec<String> {
    let services = observed.services.iter().map(|s| s.spec.clone()).collect();
    let running = Desired { services, domains: desired.domains.clone(), ..Desired::empty(desired.stack.clone()) };
    policy::powers(&running, observed).iter().map(Power::line).collect()
}

/// How far somebody is trusted with the server where this app is concerned. What the dashboard does by itself may no more than any
/// member, and no more may a token: no scope of one is about the machine.
pub fn tier<A: Action>(may: &Grant<A>) -> Tier {
    let actor = may.actor();
    match actor {
        Actor::Member { via, .. } if via.token.is_some() => Tier::Member,
        Actor::Member { .. } if actor.everywhere().has(Permission::ManageServer) => Tier::Admin,
        Actor::Member { .. } if actor.on(may.app()).has(Permission::UsePower) => Tier::Maintainer,
        Actor::Scheduler => Tier::Unattended,
        Actor::Member { .. } | Actor::Stranger { .. } | Actor::System(_) => Tier::Member,
    }
}
