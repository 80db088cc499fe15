//! What a service waits for without having failed.

use std::collections::BTreeMap;

use crate::stack::cause;
use crate::stack::observed::{Millis, Task};
use crate::stack::slots::{Kind, SlotState, Slots};
use crate::stack::spec::{Healthcheck, ServiceSpec};

/// So long may the Swarm look for a node, and the node take up its task, in milliseconds.
const PLACING_MS: i64 = 20_000;
/// The engine's default for the time that a container gets to stop.
const STOP_GRACE_MS: i64 = 10_000;
/// The engine's defaults of a health check.
const CHECK_MS: i64 = 30_000;
const CHECK_RETRIES: i64 = 3;

/// The tasks of a service that are on their way.
#[derive(Clone, Debug, Default)]
pub(super) struct Wait {
    /// By id, with the time since which each stands as it does.
    coming: BTreeMap<String, (Task, Millis)>,
    /// The one that says most about why the service is not ready.
    pub(super) task: Option<Task>,
    /// Since when there is no node at all for a global service.
    pub(super) no_node: Option<Millis>,
}

impl Wait {
    pub(super) fn look(&mut self, slots: &Slots<'_>, at: Millis) {
        let coming = || {
            slots
                .slots
                .iter()
                .filter(|s| s.state == SlotState::Coming || (slots.kind == Kind::Job && s.state == SlotState::Running))
        };
        let known = std::mem::take(&mut self.coming);
        for slot in coming() {
            let same = |t: &Task| t.state == slot.task.state && cause::is_unplaceable(t) == cause::is_unplaceable(slot.task);
            let since = known.get(&slot.task.id).filter(|(t, _)| same(t)).map_or(at, |(_, since)| *since);
            self.coming.insert(slot.task.id.clone(), (slot.task.clone(), since));
        }
        let waiting = coming().find(|s| cause::is_unplaceable(s.task));
        let waiting = waiting.or_else(|| coming().find(|s| s.state == SlotState::Coming)).or_else(|| coming().next());
        self.task = waiting.map(|s| s.task.clone());
        self.no_node = if slots.no_node { self.no_node.or(Some(at)) } else { None };
    }

    /// The Swarm found no node for too long. `grace_ms` is how long tasks that hold a port or memory may take to stop.
    pub(super) fn unplaced_for_good(&self, at: Millis, grace_ms: i64) -> bool {
        let too_long = |task: &Task, since: Millis| {
            let patience = PLACING_MS + if cause::frees_itself(task) { grace_ms } else { 0 };
            at - since > patience
        };
        self.no_node.is_some_and(|since| at - since > PLACING_MS)
            || self.coming.values().any(|(task, since)| cause::is_unplaceable(task) && too_long(task, *since))
    }

    /// Everything that is missing is on its way, and nothing of it takes longer than it may.
    pub(super) fn is_only_slow(&self, spec: &ServiceSpec, at: Millis) -> bool {
        let well = |task: &Task, since: Millis| match task.state.as_str() {
            "starting" => at - since <= check_ms(spec),
            // Nobody has begun with it.
            "new" | "allocated" | "pending" | "assigned" | "accepted" => at - since <= PLACING_MS && !cause::is_unplaceable(task),
            _ => true,
        };
        !self.coming.is_empty() && self.coming.values().all(|(task, since)| well(task, *since))
    }
}

/// The spec has a health check. One that only the image has can't be seen.
pub(super) fn has_check(spec: &ServiceSpec) -> bool {
    let check = spec.task_template.container_spec.healthcheck.as_ref();
    check.and_then(|c| c.test.first()).is_some_and(|test| test != "NONE")
}

/// How long tasks of the service may take to stop, in milliseconds.
pub(super) fn stop_grace_ms(spec: &ServiceSpec) -> i64 {
    spec.task_template.container_spec.stop_grace_period.map_or(STOP_GRACE_MS, |ns| ns / 1_000_000)
}

/// After so many milliseconds a health check has passed or has made the engine end the container.
fn check_ms(spec: &ServiceSpec) -> i64 {
    let check = spec.task_template.container_spec.healthcheck.clone().unwrap_or_default();
    let Healthcheck { interval, timeout, start_period, retries, .. } = check;
    let or_default = |ns: i64| if ns > 0 { ns / 1_000_000 } else { CHECK_MS };
    let retries = if retries > 0 { retries } else { CHECK_RETRIES };
    let probes = or_default(interval).saturating_add(or_default(timeout)).saturating_mul(retries);
    (start_period / 1_000_000).saturating_add(probes)
}
