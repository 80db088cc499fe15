//! The tasks of a service, counted by slot: tries pile up in a slot, but only its present one says how the service stands.

use std::collections::BTreeMap;

use super::observed::{Node, Service, Task};
use super::placement::eligible;
use super::spec::ServiceSpec;

/// Pauses between two runs from here on are meant: the service does its work from time to time.
const PERIODIC_DELAY: i64 = 60_000_000_000;

/// How a service is meant to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Runs until it is stopped.
    Lasting,
    /// Runs once and may end well; not tried again.
    OneShot,
    /// May end well, is tried again if it fails.
    UntilSuccess,
    /// Ends well and comes again after a long pause.
    Periodic,
    /// Has to end well a number of times.
    Job,
}

impl Kind {
    /// By mode and restart policy.
    pub fn of(spec: &ServiceSpec) -> Self {
        if spec.mode.replicated_job.is_some() || spec.mode.global_job.is_some() {
            return Self::Job;
        }
        let policy = spec.task_template.restart_policy.clone().unwrap_or_default();
        match policy.condition.as_str() {
            "none" => Self::OneShot,
            "on-failure" => Self::UntilSuccess,
            _ if policy.delay.unwrap_or_default() >= PERIODIC_DELAY => Self::Periodic,
            _ => Self::Lasting,
        }
    }
}

/// One slot, or one node of a global service.
#[derive(Clone, Debug)]
pub struct Slot<'a> {
    pub state: SlotState,
    /// The task that says so.
    pub task: &'a Task,
}

/// How a slot stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotState {
    Running,
    /// Ended as it should.
    Done,
    /// On the way to running.
    Coming,
    /// The last try failed; whether another follows is up to the restart policy.
    Failed,
}

/// How the tasks of a service stand.
#[derive(Clone, Debug)]
pub struct Slots<'a> {
    pub kind: Kind,
    pub wanted: u64,
    /// A global service for which there is no node at all.
    pub no_node: bool,
    pub slots: Vec<Slot<'a>>,
}

impl<'a> Slots<'a> {
    /// Counts the current tasks of `service`. Tasks on nodes that are down don't count: nobody knows how they are.
    pub fn count(service: &Service, tasks: &'a [Task], nodes: &[Node]) -> Self {
        let spec = &service.spec;
        let kind = Kind::of(spec);
        let global = spec.mode.global.is_some() || spec.mode.global_job.is_some();
        let down = |task: &Task| nodes.iter().any(|n| n.id == task.node && n.state == "down");
        let mut groups: BTreeMap<(u64, &str), Vec<&Task>> = BTreeMap::new();
        for task in tasks.iter().filter(|t| t.service == service.id && t.current && !down(t)) {
            if kind == Kind::Job && task.job_iteration != service.job_iteration {
                continue;
            }
            let key = if global { (0, task.node.as_str()) } else { (task.slot, "") };
            groups.entry(key).or_default().push(task);
        }
        let wanted = wanted(spec, nodes);
        let mut slots: Vec<Slot<'a>> = groups.into_values().filter_map(|group| slot(kind, group)).collect();
        if wanted == 0 {
            slots.retain(|s| s.state == SlotState::Running);
        }
        Self { kind, wanted, no_node: global && wanted == 0, slots }
    }

    /// Slots that are as they should be.
    pub fn ready(&self) -> u64 {
        let counts = |state| match self.kind {
            Kind::Job => state == SlotState::Done,
            _ => matches!(state, SlotState::Running | SlotState::Done),
        };
        self.slots.iter().filter(|s| counts(s.state)).count() as u64
    }

    /// Every slot is as it should be, and none is left over.
    pub fn complete(&self) -> bool {
        if self.no_node {
            return false;
        }
        if self.wanted == 0 { self.ready() == 0 } else { self.ready() >= self.wanted }
    }
}

/// How many tasks the spec asks for; for global services, one on each node that can take one.
pub fn wanted(spec: &ServiceSpec, nodes: &[Node]) -> u64 {
    let mode = &spec.mode;
    if mode.global.is_some() || mode.global_job.is_some() {
        return eligible(spec, nodes).count() as u64;
    }
    if let Some(job) = &mode.replicated_job {
        return job.total_completions.or(job.max_concurrent).unwrap_or(1);
    }
    mode.replicated.as_ref().and_then(|r| r.replicas).unwrap_or(1)
}

/// Whether the task has ended, well or not.
pub fn ended(task: &Task) -> bool {
    matches!(task.state.as_str(), "complete" | "shutdown" | "failed" | "rejected" | "orphaned" | "remove")
}

fn slot(kind: Kind, mut group: Vec<&Task>) -> Option<Slot<'_>> {
    group.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    let stays = |t: &Task| !matches!(t.desired.as_str(), "shutdown" | "complete" | "remove" | "failed");
    // A task of a job is to reach `complete` and runs until then.
    let running = |t: &Task| t.state == "running" && (stays(t) || (kind == Kind::Job && t.desired == "complete"));
    if let Some(task) = group.iter().copied().find(|t| running(t)) {
        return Some(Slot { state: SlotState::Running, task });
    }
    let newest = *group.first()?;
    let ended_well = |t: &Task| t.state == "complete" && kind != Kind::Lasting;
    // The next run of a periodic service already stands there, waiting for its time.
    let before = group.get(1).copied().filter(|t| kind == Kind::Periodic && newest.desired == "ready" && ended_well(t));
    if let Some(task) = before {
        return Some(Slot { state: SlotState::Done, task });
    }
    let state = match newest.state.as_str() {
        "complete" if kind != Kind::Lasting => SlotState::Done,
        "complete" | "failed" | "rejected" | "orphaned" => SlotState::Failed,
        // Stopped on purpose: scaled down, or about to be replaced.
        "shutdown" | "remove" => return None,
        _ => SlotState::Coming,
    };
    Some(Slot { state, task: newest })
}
