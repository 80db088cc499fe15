//! A restart: new tasks of what runs, by raising the count that the engine keeps for it. How many tasks there are stays.

use crate::stack::desired::Desired;
use crate::stack::names::StackName;
use crate::stack::observed::Observed;
use crate::stack::running::{only, running};

use super::adjust::Adjusted;
use super::check;

/// What restarts these services (full names), as the stack is now.
pub fn restarted(stack: &StackName, observed: &Observed, names: &[String], timeout_s: u64) -> Adjusted {
    let mut desired = only(running(stack, observed, None), names);
    for spec in &mut desired.services {
        let count = observed.services.iter().find(|s| s.spec.name == spec.name).map(|s| s.spec.task_template.force_update);
        spec.task_template.force_update = count.unwrap_or_default() + 1;
    }
    adjusted(desired, observed, timeout_s)
}

/// These services bound to the plan that leads to them now.
pub(super) fn adjusted(desired: Desired, observed: &Observed, timeout_s: u64) -> Adjusted {
    let names = observed.services.iter().map(|s| &s.spec.name);
    let others: Vec<String> = names.filter(|name| desired.services.iter().all(|s| s.name != **name)).cloned().collect();
    let plan_hash = check::beside(&desired, observed.clone(), &others).hash();
    Adjusted { desired, others, plan_hash, timeout_s }
}
