//! What a deploy would do: the desired stack held against the one that the Swarm reports.

mod blockers;
pub use blockers::remedy;
mod changes;
mod kept;
mod normal;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::desired::Desired;
use super::observed::{NAMESPACE_LABEL, Network, Observed, Service, Task};
use super::placement::surely_fits;
use super::slots::{Kind, Slots};
use super::spec::ServiceSpec;

/// The steps to the desired stack, in the order in which they are taken, and what stands in the way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Objects that stay as they are are listed too, as [`Action::Keep`].
    pub steps: Vec<Step>,
    /// While there is one, nothing may be deployed.
    pub blockers: Vec<Blocker>,
    pub warnings: Vec<String>,
    /// SHA-256 (hex) of the desired stack that the plan leads to.
    pub desired: String,
}

/// One object and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub action: Action,
    pub object: Object,
    /// Full name.
    pub name: String,
    /// What differs, for updates. Values that look like secrets are hidden.
    pub changes: Vec<Change>,
    /// The running tasks are replaced by new ones.
    pub restarts: bool,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update,
    Remove,
    Keep,
}

/// A kind of object on the Swarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    Network,
    Config,
    Secret,
    /// Made by the nodes when a task that mounts it starts; nothing is sent for it.
    Volume,
    Service,
}

/// One value that differs, in the words of a compose file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub path: String,
    /// `None` if the Swarm has no such value.
    pub before: Option<String>,
    /// `None` if the value goes away.
    pub after: Option<String>,
}

/// Why the plan can't be carried out, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    pub what: String,
    pub hint: String,
}

impl Plan {
    /// Nothing would change on the Swarm.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|s| s.action == Action::Keep)
    }

    /// SHA-256 (hex) over the desired stack and the steps. Two readings of an unchanged Swarm give the same hash.
    pub fn hash(&self) -> String {
        let steps = serde_json::to_vec(&self.steps).unwrap_or_default();
        hex(&Sha256::new().chain_update(self.desired.as_bytes()).chain_update([0]).chain_update(steps).finalize())
    }
}

/// The steps from what is observed to what is desired.
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
    let mut steps = Vec::new();
    for network in &desired.networks {
        let there = observed.networks.iter().any(|n| n.name == network.name && n.scope == "swarm");
        steps.push(step(Object::Network, &network.name, there));
    }
    for config in &desired.configs {
        let there = observed.configs.iter().find(|c| c.name == config.name);
        let relabelled = there.is_some_and(|c| c.labels != config.labels);
        let plain = step(Object::Config, &config.name, there.is_some());
        steps.push(if relabelled { Step { action: Action::Update, ..plain } } else { plain });
    }
    let used = desired.secrets.iter().map(|s| &s.name).filter(|name| observed.secrets.iter().any(|s| s.name == **name));
    let secrets: BTreeSet<&String> = used.chain(&desired.own_secrets).collect();
    for name in secrets {
        steps.push(step(Object::Secret, name, observed.secrets.iter().any(|s| s.name == *name)));
    }
    for volume in &desired.volumes {
        steps.push(step(Object::Volume, volume, mounted(observed, volume)));
    }
    for old in observed.services.iter().filter(|o| desired.services.iter().all(|s| s.name != o.spec.name)) {
        steps.push(Step { action: Action::Remove, ..step(Object::Service, &old.spec.name, true) });
    }
    steps.extend(desired.services.iter().map(|s| service_step(s, observed)));
    steps.sort_by(|a, b| order(a).cmp(&order(b)));
    Plan {
        steps,
        blockers: blockers::blockers(desired, observed),
        warnings: blockers::warnings(desired, observed),
        desired: digest(desired),
    }
}

/// Whether the engine would do the same for both specs: defaults that it fills in and the order of keys don't count, ids of
/// `networks` stand for their names, and a count of forced updates or a digest counts only if `desired` names one.
pub fn equal(desired: &ServiceSpec, observed: &ServiceSpec, networks: &[Network]) -> bool {
    let (desired, observed) = normal::pair(desired, observed, networks);
    desired == observed
}

fn service_step(desired: &ServiceSpec, observed: &Observed) -> Step {
    let Some(now) = observed.services.iter().find(|o| o.spec.name == desired.name) else {
        return step(Object::Service, &desired.name, false);
    };
    let (after, before) = normal::pair(desired, &now.spec, &observed.networks);
    let same = after == before;
    let restarts = restarts(&before, &after, now, observed);
    let stopped = stopped_half_way(now, observed);
    let (action, restarts) = if same && !stopped { (Action::Keep, false) } else { (Action::Update, restarts || stopped) };
    Step { action, restarts, changes: changes::between(&before, &after), ..step(Object::Service, &desired.name, true) }
}

/// The engine stopped in the middle of an update, so what runs is not what the spec says, and the spec has to be sent again. What ends
/// by itself stops each of its updates that way, and has done its work.
pub fn stopped_half_way(service: &Service, observed: &Observed) -> bool {
    let paused = service.update.as_ref().is_some_and(|u| matches!(u.state.as_str(), "paused" | "rollback_paused"));
    let is_done = || Slots::count(service, &observed.tasks, &observed.nodes).ended_well();
    paused && Kind::of(&service.spec) != Kind::OneShot && !is_done()
}

/// Whether the engine replaces tasks: for any difference in what they run or in the ports, while replicas and labels only change the
/// service. Constraints that the tasks' nodes meet as well replace nothing.
fn restarts(before: &ServiceSpec, after: &ServiceSpec, service: &Service, observed: &Observed) -> bool {
    if after.endpoint_spec != before.endpoint_spec {
        return true;
    }
    let mut elsewhere = before.task_template.clone();
    elsewhere.placement = after.task_template.placement.clone();
    if elsewhere != after.task_template {
        return true;
    }
    let moves = |task: &Task| match observed.nodes.iter().find(|n| n.id == task.node) {
        Some(node) => !surely_fits(after, node),
        None => true,
    };
    let running = observed.tasks.iter().filter(|t| t.service == service.id && t.desired == "running");
    before.task_template.placement != after.task_template.placement && running.into_iter().any(moves)
}

fn step(object: Object, name: &str, there: bool) -> Step {
    let action = if there { Action::Keep } else { Action::Create };
    Step { action, object, name: name.to_owned(), changes: vec![], restarts: false }
}

/// What services need comes first; leftovers go before new services may reach for the same volumes.
fn order(step: &Step) -> (u8, &str) {
    let rank = match (step.object, step.action) {
        (Object::Network, _) => 0,
        (Object::Config, _) => 1,
        (Object::Secret, _) => 2,
        (Object::Volume, _) => 3,
        (Object::Service, Action::Remove) => 4,
        (Object::Service, _) => 5,
    };
    (rank, &step.name)
}

fn mounted(observed: &Observed, volume: &str) -> bool {
    observed.services.iter().any(|s| volumes_of(s).any(|v| v == volume))
}

fn volumes_of(service: &Service) -> impl Iterator<Item = &str> {
    let mounts = &service.spec.task_template.container_spec.mounts;
    mounts.iter().filter(|m| m.kind == "volume" && !m.source.is_empty()).map(|m| m.source.as_str())
}

/// The stack that an object belongs to, if it belongs to one.
fn owner(labels: &super::spec::Labels) -> Option<&str> {
    labels.get(NAMESPACE_LABEL).map(String::as_str).filter(|s| !s.is_empty())
}

fn digest(desired: &Desired) -> String {
    hex(&Sha256::digest(serde_json::to_vec(desired).unwrap_or_default()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
