//! How many tasks a service has, where somebody chose another number than the recipe's.

use crate::stack::desired::Desired;
use crate::stack::names::{StackName, descope, scope};
use crate::stack::observed::{Observed, Service};
use crate::stack::running::{only, running};
use crate::stack::schedule::by_schedule;
use crate::stack::spec::ServiceSpec;
use crate::store::replicas::Chosen;

use super::adjust::Adjusted;
use super::order::Scaled;
use super::restart::adjusted;

/// What gives these services (full names) so many tasks, as the stack is now.
pub fn scaled(stack: &StackName, observed: &Observed, wanted: &[(String, u64)], timeout_s: u64) -> Adjusted {
    let names: Vec<String> = wanted.iter().map(|(name, _)| name.clone()).collect();
    let mut desired = only(running(stack, observed, None), &names);
    for spec in &mut desired.services {
        if let Some((_, replicas)) = wanted.iter().find(|(name, _)| *name == spec.name) {
            spec.mode.replicated.get_or_insert_default().replicas = Some(*replicas);
        }
    }
    adjusted(desired, observed, timeout_s)
}

/// Puts the chosen numbers in the place of the recipe's, and tells which were others. Only services with a number of tasks have one.
pub fn keep_chosen(desired: &mut Desired, chosen: &[Chosen]) -> Vec<String> {
    let told = |one: &Chosen| Some(format!("{}, as {} chose", put(desired, &one.service, one.replicas())?, one.by));
    chosen.iter().filter_map(told).collect()
}

/// The same for numbers that nobody has chosen yet, but that run.
pub fn keep_running(desired: &mut Desired, numbers: &[Scaled]) -> Vec<String> {
    numbers.iter().filter_map(|one| put(desired, &one.service, one.after)).collect()
}

/// Gives a service so many tasks. Told where the recipe has another number.
fn put(desired: &mut Desired, service: &str, count: u64) -> Option<String> {
    let full = scope(&desired.stack, service);
    let spec = desired.services.iter_mut().find(|s| s.name == full && replicas(s).is_some())?;
    let recipe = spec.mode.replicated.get_or_insert_default().replicas.replace(count).unwrap_or(1);
    (recipe != count).then(|| format!("{service} has {} instead of the recipe’s {recipe}", tasks(count)))
}

/// The numbers of tasks of what runs that are not those of `record`.
pub fn other_numbers(record: &Desired, observed: &Observed) -> Vec<Scaled> {
    let other = |service: &Service| {
        let recorded = record.services.iter().find(|s| s.name == service.spec.name).and_then(replicas);
        let (before, after) = (recorded?, replicas(&service.spec)?);
        let name = descope(&record.stack, &service.spec.name).unwrap_or(&service.spec.name).to_owned();
        (before != after).then_some(Scaled { service: name, before, after, as_recipe: false })
    };
    observed.services.iter().filter_map(other).collect()
}

/// How many tasks a service is to have; `None` if it has no number that can be chosen: jobs and what runs on every node have none, and
/// that of a service that a timer starts is the timer's.
pub fn replicas(spec: &ServiceSpec) -> Option<u64> {
    let numbered = spec.mode.global.is_none() && spec.mode.replicated_job.is_none() && spec.mode.global_job.is_none();
    (numbered && !by_schedule(spec)).then(|| spec.mode.replicated.as_ref().and_then(|r| r.replicas).unwrap_or(1))
}

fn tasks(count: u64) -> String {
    if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::spec::{Empty, Replicated, ServiceMode};

    #[test]
    fn a_chosen_number_takes_the_place_of_the_recipes() {
        let mut desired = Desired::empty(StackName::parse("pad").unwrap());
        let mode = ServiceMode { replicated: Some(Replicated { replicas: None }), ..ServiceMode::default() };
        let global = ServiceMode { global: Some(Empty {}), ..ServiceMode::default() };
        for (name, mode) in [("pad_app", mode), ("pad_agent", global)] {
            desired.services.push(ServiceSpec { name: name.into(), mode, ..ServiceSpec::default() });
        }
        let chosen = |service: &str, count| Chosen { app_id: 1, service: service.into(), count, at: 0, by: "ana".into() };
        let told = keep_chosen(&mut desired, &[chosen("app", 3), chosen("agent", 2), chosen("gone", 9)]);
        assert_eq!(told, ["app has 3 tasks instead of the recipe’s 1, as ana chose"]);
        assert_eq!(replicas(&desired.services[0]), Some(3));
        assert_eq!(replicas(&desired.services[1]), None);
        assert!(keep_chosen(&mut desired, &[chosen("app", 3)]).is_empty(), "the number is the recipe's own by now");
    }
}
