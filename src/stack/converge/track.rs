//! One service of a deploy, over time.

use std::collections::BTreeSet;

use super::{Cause, Expected, ServiceProgress, ServiceState};
use crate::stack::cause;
use crate::stack::observed::{Health, Millis, Node, Observed, Service, Task, UpdateStatus};
use crate::stack::slots::{Kind, SlotState, Slots, ended};

/// So many tries in a row may fail.
const TRIES: u32 = 3;
/// So long may the Swarm look for a node, in milliseconds.
const PLACING_MS: i64 = 20_000;
/// So many readings in a row may lack a service.
const MISSING: u32 = 3;
/// The engine's default monitor period, in milliseconds.
const MONITOR_MS: i64 = 5_000;
/// Managers' clocks may be apart by so many milliseconds.
const SKEW_MS: i64 = 5_000;

/// What the engine says of the update that the deploy began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// Nothing, or that it is done.
    Settled,
    Updating,
    RollingBack,
    RolledBack,
    Paused,
}

#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) expected: Expected,
    started: Millis,
    pub(super) engine: Engine,
    /// The engine's own words on the update.
    message: String,
    running: u64,
    wanted: u64,
    pub(super) ready_since: Option<Millis>,
    /// The tasks that make it ready: a new one among them begins the wait anew.
    ready_tasks: BTreeSet<String>,
    pub(super) settled: bool,
    /// It settled for the first time with the last reading.
    pub(super) newly_settled: bool,
    settled_once: bool,
    /// Failed tries since it last settled.
    pub(super) in_a_row: u32,
    rejected: u32,
    counted: BTreeSet<String>,
    /// Tasks of the spec that was sent, seen before they ended: their failure belongs to this deploy, whenever they began.
    seen_alive: BTreeSet<String>,
    given_up: bool,
    unplaced_since: Option<Millis>,
    missing: u32,
    /// The task that says most about why it isn't ready.
    failure: Option<Task>,
    waiting: Option<Task>,
    pub(super) health: Option<Health>,
}

impl Track {
    pub(super) fn new(expected: Expected, started: Millis) -> Self {
        Self {
            expected,
            started,
            engine: Engine::Settled,
            message: String::new(),
            running: 0,
            wanted: 0,
            ready_since: None,
            ready_tasks: BTreeSet::new(),
            settled: false,
            newly_settled: false,
            settled_once: false,
            in_a_row: 0,
            rejected: 0,
            counted: BTreeSet::new(),
            seen_alive: BTreeSet::new(),
            given_up: false,
            unplaced_since: None,
            missing: 0,
            failure: None,
            waiting: None,
            health: None,
        }
    }

    pub(super) fn read(&mut self, observed: &Observed, now: Millis) {
        self.newly_settled = false;
        let Some(service) = observed.services.iter().find(|s| s.id == self.expected.id) else {
            self.missing += 1;
            self.ready_since = None;
            self.settled = false;
            return;
        };
        self.missing = 0;
        let slots = Slots::count(service, &observed.tasks, &observed.nodes);
        (self.running, self.wanted) = (slots.ready(), slots.wanted);
        self.engine = self.update_state(service, &slots);
        self.count_failures(service, &observed.tasks, slots.kind);
        self.look_at_slots(&slots, now);
        self.settle(&slots, now);
    }

    /// Nothing that could happen by itself makes it ready.
    pub(super) fn hopeless(&self, now: Millis) -> bool {
        let unplaced = self.unplaced_since.is_some_and(|since| now - since > PLACING_MS);
        self.missing >= MISSING || unplaced || (!self.engine_decides() && (self.given_up || self.rejected >= TRIES))
    }

    /// It failed too often, which may still be another service's fault.
    pub(super) fn crashing(&self) -> bool {
        self.in_a_row >= TRIES && !self.engine_decides()
    }

    pub(super) fn monitor_ms(&self) -> i64 {
        if Kind::of(&self.expected.spec) == Kind::Job {
            return 0;
        }
        let monitor = self.expected.spec.update_config.as_ref().map_or(0, |c| c.monitor / 1_000_000);
        if monitor > 0 { monitor } else { MONITOR_MS }
    }

    pub(super) fn progress(&self, nodes: &[Node], now: Millis) -> ServiceProgress {
        let state = match self.engine {
            Engine::RolledBack => ServiceState::RolledBack,
            Engine::Paused => ServiceState::Paused,
            Engine::RollingBack => ServiceState::RollingBack,
            _ if self.hopeless(now) => ServiceState::Failed,
            _ if self.settled => ServiceState::Stable,
            _ if self.ready_since.is_some() => ServiceState::Ready,
            _ if self.in_a_row > 0 => ServiceState::Failing,
            Engine::Updating => ServiceState::Updating,
            Engine::Settled => ServiceState::Starting,
        };
        let note = if self.ready_since.is_some() { String::new() } else { self.reason(nodes) };
        ServiceProgress { service: self.expected.name.clone(), running: self.running, wanted: self.wanted, state, note }
    }

    pub(super) fn cause(&self, nodes: &[Node]) -> Cause {
        let reason = self.reason(nodes);
        let because = |what: &str| match (reason.is_empty(), self.message.is_empty()) {
            (false, _) => format!("{what}: {reason}"),
            (true, false) => format!("{what}: {}", self.message),
            (true, true) => what.to_owned(),
        };
        let text = match self.engine {
            Engine::RolledBack => because("the update was rolled back, the version before runs again"),
            Engine::Paused => because("the update was paused half-way"),
            _ if reason.is_empty() => format!("{} of {} tasks run", self.running, self.wanted),
            _ => reason,
        };
        Cause { service: self.expected.name.clone(), text }
    }

    fn reason(&self, nodes: &[Node]) -> String {
        if self.missing > 0 {
            return "the service is gone from the Swarm".to_owned();
        }
        let say = |task: &Task| cause::sentence(task, &self.expected.spec, nodes, self.health.as_ref());
        if let Some(waiting) = self.waiting.as_ref().filter(|t| cause::is_unplaceable(t)) {
            return say(waiting);
        }
        if self.unplaced_since.is_some() {
            let constraints = self.expected.spec.task_template.placement.constraints.join(", ");
            let none = "no node takes its tasks";
            return if constraints.is_empty() { none.to_owned() } else { format!("{none}; its constraints are: {constraints}") };
        }
        if let Some(text) = self.failure.as_ref().map(say).filter(|text| !text.is_empty()) {
            return text;
        }
        match self.waiting.as_ref().map(|t| t.state.as_str()) {
            Some("preparing") => "its image is being pulled".to_owned(),
            Some("starting") => match self.health.as_ref().and_then(cause::probe) {
                Some(said) => format!("its health check has not passed yet; {said}"),
                None => "it starts, and its health check has not passed yet".to_owned(),
            },
            // A task that stops politely when it is found unhealthy leaves no error behind.
            _ if matches!(self.engine, Engine::RollingBack | Engine::RolledBack | Engine::Paused) => self
                .health
                .as_ref()
                .and_then(cause::probe)
                .map(|said| format!("the health check fails; {said}"))
                .unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// What a health check said. Once the engine goes back, the old task's health is no news.
    pub(super) fn note_health(&mut self, health: &Health) {
        let going_back = matches!(self.engine, Engine::RollingBack | Engine::RolledBack);
        // A probe that the end of its container cut short says nothing of its own.
        let cut_short = health.last.as_ref().is_some_and(|(code, _)| *code < 0);
        if cut_short && self.health.is_some() {
            return;
        }
        if !going_back || cause::probe(health).is_some() {
            self.health = Some(health.clone());
        }
    }

    /// The engine watches this update itself and goes back if it fails.
    fn engine_decides(&self) -> bool {
        let action = self.expected.spec.update_config.as_ref().map_or("", |c| c.failure_action.as_str());
        action == "rollback" && matches!(self.engine, Engine::Updating | Engine::RollingBack)
    }

    fn update_state(&mut self, service: &Service, slots: &Slots<'_>) -> Engine {
        let ours = |s: &&UpdateStatus| self.expected.update.is_some_and(|since| s.started == 0 || s.started + SKEW_MS >= since);
        let Some(status) = service.update.as_ref().filter(ours) else { return Engine::Settled };
        self.message.clone_from(&status.message);
        // The engine takes a task that ends for a failed update, even if it is meant to end.
        let ended_well = slots.complete() && slots.slots.iter().any(|s| s.state == SlotState::Done);
        match status.state.as_str() {
            "updating" | "paused" if ended_well => Engine::Settled,
            "updating" => Engine::Updating,
            "rollback_started" => Engine::RollingBack,
            "rollback_completed" => Engine::RolledBack,
            "paused" | "rollback_paused" => Engine::Paused,
            _ => Engine::Settled,
        }
    }

    fn count_failures(&mut self, service: &Service, tasks: &[Task], kind: Kind) {
        let since = self.expected.update.map_or(self.started, |update| update.min(self.started));
        for task in tasks.iter().filter(|t| t.service == service.id) {
            if !ended(task) {
                if task.current {
                    self.seen_alive.insert(task.id.clone());
                }
                continue;
            }
            let ended_early = task.state == "complete" && kind == Kind::Lasting && task.current;
            let failed = matches!(task.state.as_str(), "failed" | "rejected" | "orphaned") || ended_early;
            let of_this_deploy = task.created >= since || self.seen_alive.contains(&task.id);
            if !failed || !of_this_deploy || self.counted.contains(&task.id) {
                continue;
            }
            // After a rollback the failed tasks are not current any more, but they are still the reason.
            if self.failure.as_ref().is_none_or(|known| known.created <= task.created) {
                self.failure = Some(task.clone());
            }
            if task.current {
                self.counted.insert(task.id.clone());
                self.in_a_row += 1;
                self.rejected += u32::from(task.state == "rejected" || cause::is_image_missing(task));
            }
        }
    }

    fn look_at_slots(&mut self, slots: &Slots<'_>, now: Millis) {
        let policy = self.expected.spec.task_template.restart_policy.clone().unwrap_or_default();
        let counts_tries = policy.max_attempts.is_some_and(|n| n > 0);
        // The engine puts the next try beside a failed one at once, so a failed task that is not to run has no successor.
        self.given_up = slots.slots.iter().filter(|s| s.state == SlotState::Failed).any(|s| {
            let exhausted = counts_tries && s.task.desired == "shutdown" && self.counted.contains(&s.task.id);
            policy.condition == "none" || exhausted
        });
        if self.given_up && self.failure.is_none() {
            self.failure = slots.slots.iter().find(|s| s.state == SlotState::Failed).map(|s| s.task.clone());
        }
        let coming = || slots.slots.iter().filter(|s| s.state == SlotState::Coming).map(|s| s.task);
        self.waiting = coming().find(|t| cause::is_unplaceable(t)).or_else(|| coming().next()).cloned();
        let unplaced = slots.no_node || self.waiting.as_ref().is_some_and(cause::is_unplaceable);
        self.unplaced_since = if unplaced { self.unplaced_since.or(Some(now)) } else { None };
    }

    fn settle(&mut self, slots: &Slots<'_>, now: Millis) {
        let ready = slots.complete() && self.engine == Engine::Settled && !self.given_up;
        let tasks: BTreeSet<String> = slots.slots.iter().map(|s| s.task.id.clone()).collect();
        if !ready {
            self.ready_since = None;
        } else if self.ready_since.is_none() || tasks != self.ready_tasks {
            self.ready_since = Some(now);
        }
        self.ready_tasks = tasks;
        self.settled = self.ready_since.is_some_and(|since| now - since >= self.monitor_ms());
        if self.settled {
            (self.in_a_row, self.rejected, self.failure) = (0, 0, None);
            self.newly_settled = !self.settled_once;
            self.settled_once = true;
        }
    }
}
