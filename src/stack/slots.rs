//! The tasks of a service, counted by slot: tries pile up in a slot, but only its present one says how the service stands.

use std::collections::{BTreeMap, BTreeSet};

use super::observed::{Node, Service, Task};
use super::placement::{eligible, surely_fits};
use super::spec::ServiceSpec;

/// Pauses (in nanoseconds) between two runs from here on are meant: the service does its work from time to time.
const PERIODIC_DELAY: i64 = 30_000_000_000;

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

/// A slot and no node, or no slot and the node of a global service.
pub type Place = (u64, String);

/// Where the task belongs.
pub fn place(spec: &ServiceSpec, task: &Task) -> Place {
    if is_global(spec) { (0, task.node.clone()) } else { (task.slot, String::new()) }
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
    /// A global service on a Swarm that does not know for the moment which of its nodes are there.
    pub doubtful: bool,
    pub slots: Vec<Slot<'a>>,
}

impl<'a> Slots<'a> {
    /// Counts the current tasks of `service`. Tasks on nodes that are down don't count: nobody knows how they are, unless they had ended
    /// as they should. Nor do those of a global service on nodes that need not have one.
    pub fn count(service: &Service, tasks: &'a [Task], nodes: &[Node]) -> Self {
        let spec = &service.spec;
        let kind = Kind::of(spec);
        let is_down = |t: &Task| nodes.iter().any(|n| n.id == t.node && matches!(n.state.as_str(), "down" | "disconnected"));
        let down = |t: &Task| is_down(t) && !ended_well(kind, t);
        let of_run = |t: &Task| kind != Kind::Job || t.job_iteration == service.job_iteration;
        let mut groups: BTreeMap<Place, Vec<&Task>> = BTreeMap::new();
        for task in tasks.iter().filter(|t| t.service == service.id && t.current && !down(t) && of_run(t)) {
            groups.entry(place(spec, task)).or_default().push(task);
        }
        let mut no_node = false;
        let wanted = if is_global(spec) {
            // A node with a task of an older spec will have a new one.
            let of_old = |t: &&Task| t.service == service.id && !t.current && kind != Kind::Job && !ended(t) && is_to_run(kind, t);
            let to_replace: BTreeSet<&str> = tasks.iter().filter(of_old).map(|t| t.node.as_str()).collect();
            let has_task = |node: &str| groups.contains_key(&(0, node.to_owned())) || to_replace.contains(node);
            let places = nodes_of(spec, nodes, has_task);
            no_node = places.is_empty();
            groups.retain(|(_, node), _| places.contains(node.as_str()));
            places.len() as u64
        } else {
            wanted(spec, nodes)
        };
        let mut slots: Vec<Slot<'a>> = groups.into_values().filter_map(|group| slot(kind, group)).collect();
        if wanted == 0 {
            slots.retain(|s| s.state == SlotState::Running);
        }
        let doubtful = is_global(spec) && nodes.iter().any(|n| n.state == "unknown" && n.availability == "active");
        Self { kind, wanted, no_node, doubtful, slots }
    }

    /// Takes failed tasks that are of the past for done.
    pub fn pass_over(&mut self, is_past: impl Fn(&Task) -> bool) {
        let failed = self.slots.iter_mut().filter(|s| s.state == SlotState::Failed && is_past(s.task));
        failed.for_each(|s| s.state = SlotState::Done);
    }

    /// Tasks that run although a smaller number is wanted: the Swarm has yet to stop them.
    pub fn surplus(&self, service: &Service) -> u64 {
        if is_global(&service.spec) || self.kind == Kind::Job {
            return 0;
        }
        let running = self.slots.iter().filter(|s| s.state == SlotState::Running).count() as u64;
        running.saturating_sub(self.wanted)
    }

    /// Slots that are as they should be.
    pub fn ready(&self) -> u64 {
        let counts = |state| match self.kind {
            Kind::Job => state == SlotState::Done,
            _ => matches!(state, SlotState::Running | SlotState::Done),
        };
        self.slots.iter().filter(|s| counts(s.state)).count() as u64
    }

    /// Every slot is as it should be, and one of them has done its work. The engine takes that for a fault of an update, and stops it.
    pub fn ended_well(&self) -> bool {
        self.complete() && self.slots.iter().any(|s| s.state == SlotState::Done)
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
    if is_global(spec) {
        return eligible(spec, nodes).count() as u64;
    }
    if let Some(job) = &spec.mode.replicated_job {
        return job.total_completions.or(job.max_concurrent).unwrap_or(1);
    }
    spec.mode.replicated.as_ref().and_then(|r| r.replicas).unwrap_or(1)
}

/// Whether the task has ended, well or not.
pub fn ended(task: &Task) -> bool {
    matches!(task.state.as_str(), "complete" | "shutdown" | "failed" | "rejected" | "orphaned" | "remove")
}

fn is_global(spec: &ServiceSpec) -> bool {
    spec.mode.global.is_some() || spec.mode.global_job.is_some()
}

/// The nodes that have to have a task of a global service. Of a node on which the constraints can't be judged, and of a node that
/// came while a job ran, only the Swarm knows: it counts if it has a task. So does every node while no task is there.
fn nodes_of<'n>(spec: &ServiceSpec, nodes: &'n [Node], has_task: impl Fn(&str) -> bool) -> BTreeSet<&'n str> {
    let able: BTreeSet<&str> = eligible(spec, nodes).map(|n| n.id.as_str()).collect();
    if !able.iter().any(|id| has_task(id)) {
        return able;
    }
    let job = spec.mode.global_job.is_some();
    let sure = |id: &str| !job && nodes.iter().any(|n| n.id == id && surely_fits(spec, n));
    able.into_iter().filter(|id| has_task(id) || sure(id)).collect()
}

/// The task ended, and was meant to.
fn ended_well(kind: Kind, task: &Task) -> bool {
    task.state == "complete" && kind != Kind::Lasting
}

fn slot(kind: Kind, mut group: Vec<&Task>) -> Option<Slot<'_>> {
    if let Some(task) = group.iter().copied().filter(|_| kind == Kind::Job).find(|t| ended_well(kind, t)) {
        return Some(Slot { state: SlotState::Done, task });
    }
    group.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    let last_run = group.iter().copied().find(|t| ended(t));
    // Of several tasks that are to run, the least advanced says how the slot stands.
    let alive = group.iter().copied().filter(|t| !ended(t) && is_to_run(kind, t));
    if let Some(task) = alive.min_by_key(|t| (rank(&t.desired), rank(&t.state))) {
        if task.state == "running" {
            return Some(Slot { state: SlotState::Running, task });
        }
        // The next run of a periodic service already stands there, waiting for its time.
        let before = last_run.filter(|t| kind == Kind::Periodic && ended_well(kind, t));
        return Some(before.map_or(Slot { state: SlotState::Coming, task }, |task| Slot { state: SlotState::Done, task }));
    }
    // What is being stopped on purpose says nothing: it is scaled down, or about to be replaced.
    let task = last_run?;
    let state = match task.state.as_str() {
        "complete" if kind != Kind::Lasting => SlotState::Done,
        "complete" | "failed" | "rejected" | "orphaned" => SlotState::Failed,
        _ => return None,
    };
    Some(Slot { state, task })
}

/// Whether the task is to run, or to come up for that. A task of a job is to reach `complete` and runs until then.
pub fn is_to_run(kind: Kind, task: &Task) -> bool {
    rank(&task.desired) <= rank(if kind == Kind::Job { "complete" } else { "running" })
}

/// The order in which a task goes through its states.
fn rank(state: &str) -> usize {
    const STATES: [&str; 13] = [
        "new",
        "allocated",
        "pending",
        "assigned",
        "accepted",
        "preparing",
        "ready",
        "starting",
        "running",
        "complete",
        "shutdown",
        "failed",
        "rejected",
    ];
    STATES.iter().position(|known| *known == state).unwrap_or(STATES.len())
}
