//! A service of the Swarm in memory and the life of its tasks.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::broadcast;

use super::script::Script;
use super::state::{State, World};
use super::update::Update;
use crate::engine::LogLine;
use crate::stack::observed::{Millis, NAMESPACE_LABEL, Service, Task};
use crate::stack::placement;
use crate::stack::spec::{ServiceSpec, TaskSpec};

/// Tasks of one slot that the Swarm keeps, the living one included.
const HISTORY: usize = 5;

pub(super) struct FakeService {
    pub(super) service: Service,
    pub(super) previous: Option<ServiceSpec>,
    pub(super) update: Option<Update>,
    /// Oldest first.
    pub(super) tasks: Vec<FakeTask>,
    pub(super) lines: Vec<LogLine>,
    /// How often a slot's task ended since the spec changed.
    pub(super) attempts: BTreeMap<Place, u64>,
}

#[derive(Clone)]
pub(super) struct FakeTask {
    pub(super) task: Task,
    pub(super) ran: Arc<TaskSpec>,
    /// Readings that saw it run.
    pub(super) seen_running: u32,
}

/// A slot of a replicated service, or a node (with slot 0) of a global one.
pub(super) type Place = (u64, String);

impl FakeTask {
    /// The Swarm wants it to run (or, of a job, to complete).
    pub(super) fn wanted(&self) -> bool {
        matches!(self.task.desired.as_str(), "running" | "complete")
    }

    pub(super) fn ended(&self) -> bool {
        matches!(self.task.state.as_str(), "complete" | "shutdown" | "failed" | "rejected")
    }

    /// Where it belongs.
    pub(super) fn place(&self) -> Place {
        (self.task.slot, if self.task.slot == 0 { self.task.node.clone() } else { String::new() })
    }

    fn end(&mut self, state: &str, error: String, exit: Option<i64>) {
        state.clone_into(&mut self.task.state);
        self.task.error = error;
        self.task.exit_code = exit;
        if self.task.desired == "running" {
            "shutdown".clone_into(&mut self.task.desired);
        }
    }
}

impl FakeService {
    pub(super) fn new(service: Service) -> Self {
        Self { service, previous: None, update: None, tasks: Vec::new(), lines: Vec::new(), attempts: BTreeMap::new() }
    }

    pub(super) fn write(&mut self, task: &str, stderr: bool, text: &str, at: Millis, to: &broadcast::Sender<(String, LogLine)>) {
        let line = LogLine { at: State::stamp(at), task: task.to_owned(), stderr, text: text.to_owned() };
        self.lines.push(line.clone());
        let _ = to.send((self.service.id.clone(), line));
    }

    /// One step of every task, then of the update.
    pub(super) fn step(&mut self, world: &mut World<'_>) {
        let mut tasks = std::mem::take(&mut self.tasks);
        for task in &mut tasks {
            self.advance(task, world);
        }
        self.tasks = tasks;
        self.tasks.retain(|t| !(t.task.desired == "remove" && t.ended()));
        self.step_update(world);
        self.fill(world);
        self.forget();
        for at in 0..self.tasks.len() {
            let current = self.tasks.get(at).is_some_and(|t| self.is_current(t));
            if let Some(task) = self.tasks.get_mut(at) {
                task.task.current = current;
            }
        }
    }

    fn advance(&mut self, fake: &mut FakeTask, world: &mut World<'_>) {
        let before = fake.task.state.clone();
        if fake.wanted() {
            self.advance_wanted(fake, world);
        } else if !fake.ended() {
            let exit = fake.task.container.as_ref().map(|_| 0);
            fake.end("shutdown", String::new(), exit);
        }
        if fake.task.state == before {
            return;
        }
        fake.task.updated = world.at;
        message_of(&fake.task.state).clone_into(&mut fake.task.message);
        if let Some(container) = &fake.task.container {
            match fake.task.state.as_str() {
                "running" => world.event("container", "start", container),
                "shutdown" | "failed" | "complete" => world.event("container", "die", container),
                _ => {}
            }
        }
        if matches!(fake.task.state.as_str(), "failed" | "rejected" | "complete") {
            *self.attempts.entry(fake.place()).or_default() += 1;
        }
    }

    fn advance_wanted(&mut self, fake: &mut FakeTask, world: &mut World<'_>) {
        let container = &fake.ran.container_spec;
        let checked = container.healthcheck.as_ref().is_some_and(|h| h.test.first().is_some_and(|t| t != "NONE"));
        let failing = container.healthcheck.as_ref().is_some_and(|h| h.test.last().is_some_and(|t| t == "exit 1"));
        let sick = checked && (failing || world.unhealthy.contains(&self.service.spec.name));
        let unhealthy = "task: non-zero exit (137): dockerexec: unhealthy container".to_owned();
        match fake.task.state.as_str() {
            "new" => "pending".clone_into(&mut fake.task.state),
            "pending" => {
                let nodes: Vec<_> = placement::eligible(&self.service.spec, world.nodes).collect();
                let slot = usize::try_from(fake.task.slot).unwrap_or_default();
                let node =
                    if slot == 0 { nodes.iter().find(|n| n.id == fake.task.node) } else { nodes.get(slot % nodes.len().max(1)) };
                if let Some(node) = node {
                    fake.task.node.clone_from(&node.id);
                    fake.task.error.clear();
                    "preparing".clone_into(&mut fake.task.state);
                } else {
                    let count = world.nodes.len();
                    let s = if count == 1 { "" } else { "s" };
                    fake.task.error = format!("no suitable node (scheduling constraints not satisfied on {count} node{s})");
                }
            }
            "preparing" => {
                if let Some(error) = world.bad_images.get(&container.image) {
                    fake.end("rejected", error.clone(), None);
                } else {
                    fake.task.container = Some(world.id("container"));
                    "starting".clone_into(&mut fake.task.state);
                }
            }
            "starting" if sick => fake.end("failed", unhealthy, Some(137)),
            "starting" => {
                "running".clone_into(&mut fake.task.state);
                let spec = Arc::clone(&fake.ran);
                for (text, stderr) in Script::read(&spec.container_spec.command, &spec.container_spec.args).lines {
                    self.write(&fake.task.id, stderr, &text, world.at, world.lines);
                }
                make_volumes(&spec, world);
            }
            "running" => {
                fake.seen_running += 1;
                match Script::read(&container.command, &container.args).exit {
                    Some(0) => fake.end("complete", String::new(), Some(0)),
                    Some(code) => fake.end("failed", format!("task: non-zero exit ({code})"), Some(code)),
                    None if sick => fake.end("failed", unhealthy, Some(137)),
                    None => {}
                }
            }
            _ => {}
        }
    }

    /// Gives every place that should have a task one, and takes away what has no place.
    pub(super) fn fill(&mut self, world: &mut World<'_>) {
        let places = self.places(world);
        let iteration = self.service.job_iteration;
        for task in &mut self.tasks {
            if !places.contains(&task.place()) || task.task.job_iteration != iteration {
                "remove".clone_into(&mut task.task.desired);
            }
        }
        let waiting: Vec<Place> = places.into_iter().filter(|place| self.lacks_task(place)).collect();
        for place in waiting {
            self.add_task(&place, world);
        }
    }

    fn lacks_task(&self, place: &Place) -> bool {
        let of_place = || self.tasks.iter().filter(|t| t.task.desired != "remove" && t.place() == *place);
        let job = self.service.job_iteration.is_some();
        if of_place().any(|t| !t.ended() || (job && t.task.state == "complete")) {
            return false;
        }
        match of_place().next_back() {
            // Stopped by an update or never there: no question of restarting.
            None => true,
            Some(last) if last.task.state == "shutdown" => true,
            // What ended by itself is run once more for each new spec.
            Some(last) if !job && last.task.state == "complete" && !self.is_current(last) => true,
            Some(last) => self.restarts(last, place, job),
        }
    }

    fn restarts(&self, last: &FakeTask, place: &Place, job: bool) -> bool {
        let policy = last.ran.restart_policy.clone().unwrap_or_default();
        let failed = last.task.state != "complete";
        let wished = match policy.condition.as_str() {
            "none" => false,
            "on-failure" => failed,
            _ => failed || !job,
        };
        let left = policy.max_attempts.is_none_or(|max| max == 0 || self.attempts.get(place).copied().unwrap_or_default() <= max);
        wished && left
    }

    pub(super) fn add_task(&mut self, place: &Place, world: &mut World<'_>) {
        let job = self.service.job_iteration.is_some();
        let task = Task {
            id: world.id("task"),
            service: self.service.id.clone(),
            slot: place.0,
            node: place.1.clone(),
            state: "new".to_owned(),
            desired: if job { "complete" } else { "running" }.to_owned(),
            message: message_of("new").to_owned(),
            image: self.service.spec.task_template.container_spec.image.clone(),
            current: true,
            job_iteration: self.service.job_iteration,
            created: world.at,
            updated: world.at,
            ..Task::default()
        };
        let ran = Arc::new(self.service.spec.task_template.clone());
        self.tasks.push(FakeTask { task, ran, seen_running: 0 });
    }

    /// Where tasks should be.
    pub(super) fn places(&self, world: &World<'_>) -> Vec<Place> {
        let mode = &self.service.spec.mode;
        if mode.global.is_some() || mode.global_job.is_some() {
            return placement::eligible(&self.service.spec, world.nodes).map(|n| (0, n.id.clone())).collect();
        }
        let count = match &mode.replicated_job {
            Some(job) => job.total_completions.or(job.max_concurrent).unwrap_or(1),
            None => mode.replicated.as_ref().and_then(|r| r.replicas).unwrap_or(1),
        };
        (1..=count).map(|slot| (slot, String::new())).collect()
    }

    /// The task runs what the service says now. A change of the placement alone replaces no task.
    pub(super) fn is_current(&self, task: &FakeTask) -> bool {
        let now = &self.service.spec.task_template;
        let ran = &task.ran;
        let same_work = ran.container_spec == now.container_spec
            && ran.resources == now.resources
            && ran.restart_policy == now.restart_policy
            && ran.networks == now.networks
            && ran.log_driver == now.log_driver
            && ran.force_update == now.force_update;
        same_work && task.task.job_iteration == self.service.job_iteration
    }

    /// Keeps the newest ended tasks of each place.
    fn forget(&mut self) {
        let mut kept: BTreeMap<Place, usize> = BTreeMap::new();
        if self.tasks.len() <= HISTORY {
            return;
        }
        let mut keep = vec![true; self.tasks.len()];
        for (task, keep) in self.tasks.iter().zip(&mut keep).rev() {
            let seen = kept.entry(task.place()).or_default();
            *seen += 1;
            *keep = *seen <= HISTORY;
        }
        let mut keep = keep.into_iter();
        self.tasks.retain(|_| keep.next().unwrap_or(true));
    }
}

fn make_volumes(spec: &TaskSpec, world: &mut World<'_>) {
    for mount in &spec.container_spec.mounts {
        let stack = mount.volume_options.as_ref().and_then(|o| o.labels.get(NAMESPACE_LABEL));
        if let (Some(stack), false) = (stack, mount.source.is_empty()) {
            world.volumes.insert(mount.source.clone(), stack.clone());
        }
    }
}

/// The Swarm's words for a state.
fn message_of(state: &str) -> &'static str {
    match state {
        "new" => "created",
        "pending" => "pending task scheduling",
        "preparing" | "rejected" => "preparing",
        "starting" => "starting",
        "running" | "failed" => "started",
        "complete" => "finished",
        "shutdown" => "shutdown",
        _ => "",
    }
}
