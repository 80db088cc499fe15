//! One service of a deploy, over time.

use std::collections::BTreeSet;

use super::change::Change;
use super::tries::{Look, SKEW_MS, Tries};
use super::wait::{Wait, stop_grace_ms};
use super::{Cause, Expected, ServiceProgress, ServiceState, reason, standstill};
use crate::stack::cause;
use crate::stack::observed::{Health, Millis, Network, Node, Observed, Service, Task};
use crate::stack::schedule::by_schedule;
use crate::stack::slots::{Kind, SlotState, Slots, ended, is_to_run, place};
use crate::stack::spec::ServiceSpec;

/// So many readings in a row may lack a service.
const MISSING: u32 = 3;
/// So many readings in a row have to show that no tries are left.
const EXHAUSTED: u32 = 2;
/// The engine's default monitor period, in milliseconds.
const MONITOR_MS: i64 = 5_000;

/// What the engine says of the update that the deploy began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Engine {
    /// Nothing, or that it is done.
    #[default]
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
    /// When the newest reading began; `None` before the first.
    at: Option<Millis>,
    /// The spec that was sent, as the engine reported it first.
    reported: Option<ServiceSpec>,
    pub(super) change: Change,
    pub(super) engine: Engine,
    /// The engine goes back, or went back: the present tasks are those of the spec before.
    pub(super) going_back: bool,
    /// The engine's own words on the update.
    pub(super) message: String,
    pub(super) running: u64,
    pub(super) wanted: u64,
    /// Tasks of an older spec that run.
    pub(super) before: u64,
    /// A node with one of its tasks, that doesn't answer.
    pub(super) away: Option<String>,
    /// A node for which its update waits, and that doesn't answer.
    waits_for: Option<String>,
    pub(super) ready_since: Option<Millis>,
    /// The tasks that make it ready: a new one among them begins the wait anew.
    ready_tasks: BTreeSet<String>,
    pub(super) settled: bool,
    /// It settled for the first time with the last reading.
    pub(super) newly_settled: bool,
    settled_once: bool,
    pub(super) tries: Tries,
    /// Readings in a row that show a slot whose tries are used up.
    exhausted: u32,
    given_up: bool,
    rejected_for_good: bool,
    pub(super) missing: u32,
    /// While it is missing: another service has its name.
    pub(super) namesake: bool,
    pub(super) wait: Wait,
    pub(super) health: Option<Health>,
}

impl Track {
    pub(super) fn new(expected: Expected, started: Millis) -> Self {
        Self {
            expected,
            started,
            at: None,
            reported: None,
            change: Change::None,
            engine: Engine::Settled,
            going_back: false,
            message: String::new(),
            running: 0,
            wanted: 0,
            before: 0,
            away: None,
            waits_for: None,
            ready_since: None,
            ready_tasks: BTreeSet::new(),
            settled: false,
            newly_settled: false,
            settled_once: false,
            tries: Tries::default(),
            exhausted: 0,
            given_up: false,
            rejected_for_good: false,
            missing: 0,
            namesake: false,
            wait: Wait::default(),
            health: None,
        }
    }

    /// Takes what a reading shows. The same reading may come twice.
    pub(super) fn read(&mut self, observed: &Observed) {
        let first = self.at.is_none();
        let newer = self.at.is_none_or(|at| at < observed.at);
        self.at = Some(observed.at);
        self.newly_settled = false;
        let Some(service) = observed.services.iter().find(|s| s.id == self.expected.id) else {
            self.missing += u32::from(newer);
            self.namesake = observed.services.iter().any(|s| s.spec.name == self.expected.name);
            (self.ready_since, self.settled) = (None, false);
            return;
        };
        self.missing = 0;
        let mut slots = Slots::count(service, &observed.tasks, &observed.nodes);
        let since = self.since(service);
        if by_schedule(&service.spec) {
            // A run of the timer that failed before the deploy is none of the deploy's.
            slots.pass_over(|task| task.created + SKEW_MS < since);
        }
        (self.running, self.wanted) = (slots.ready(), slots.wanted);
        self.follow_update(service, &slots, observed);
        self.compare(service, &observed.networks);
        let (tasks, nodes) = (&observed.tasks, &observed.nodes);
        let (going_back, at, monitor_ms) = (self.going_back, observed.at, self.monitor_ms());
        self.tries.count(&Look { service, tasks, nodes, slots: &slots, since, going_back, first, at, monitor_ms });
        self.rejected_for_good = self.tries.rejected_for_good(service, nodes);
        self.look_for_the_end(&slots, newer);
        self.wait.look(&slots, observed.at);
        self.look_beside(service, observed);
        self.settle(service, &slots, observed);
    }

    /// Nothing that could happen by itself makes it ready. `grace_ms` is how long the stack's tasks may take to stop.
    pub(super) fn hopeless(&self, grace_ms: i64) -> bool {
        let unplaced = self.missing == 0 && self.at.is_some_and(|at| self.wait.unplaced_for_good(at, grace_ms));
        let lost = self.missing >= MISSING || self.change != Change::None;
        lost || unplaced || (!self.engine_decides() && (self.given_up || self.rejected_for_good))
    }

    /// It is certain that it failed, though the engine has not ended its work.
    pub(super) fn failed(&self) -> bool {
        self.crashing() || self.engine == Engine::RollingBack
    }

    /// It failed too often, which may still be another service's fault.
    pub(super) fn crashing(&self) -> bool {
        self.tries.crashing() && !self.engine_decides()
    }

    /// It is not ready, but nothing went wrong so far.
    pub(super) fn is_only_slow(&self) -> bool {
        let Some(at) = self.at else { return false };
        let going_on = self.engine == Engine::Updating || self.wait.is_only_slow(&self.expected.spec, at);
        let well = matches!(self.engine, Engine::Settled | Engine::Updating) && self.missing == 0;
        let well = well && self.away.is_none() && self.held_up_by().is_none();
        let stuck = self.wait.task.is_some() && !self.wait.is_only_slow(&self.expected.spec, at);
        self.ready_since.is_some() || (well && going_on && !stuck && !self.given_up && !self.tries.any())
    }

    /// The node that doesn't answer and that holds up the update. While old tasks stand behind it, nothing else brings it further.
    pub(super) fn held_up_by(&self) -> Option<&str> {
        self.waits_for.as_deref().filter(|_| self.before > 0 || self.wait.task.is_none())
    }

    pub(super) fn monitor_ms(&self) -> i64 {
        if Kind::of(&self.expected.spec) == Kind::Job {
            return 0;
        }
        let monitor = self.expected.spec.update_config.as_ref().map_or(0, |c| c.monitor / 1_000_000);
        if monitor > 0 { monitor } else { MONITOR_MS }
    }

    pub(super) fn grace_ms(&self) -> i64 {
        stop_grace_ms(&self.expected.spec)
    }

    pub(super) fn progress(&self, nodes: &[Node], grace_ms: i64) -> ServiceProgress {
        let state = match self.engine {
            Engine::RolledBack => ServiceState::RolledBack,
            Engine::Paused => ServiceState::Paused,
            Engine::RollingBack => ServiceState::RollingBack,
            _ if self.hopeless(grace_ms) => ServiceState::Failed,
            _ if self.settled => ServiceState::Stable,
            _ if self.ready_since.is_some() => ServiceState::Ready,
            _ if self.tries.any() => ServiceState::Failing,
            Engine::Updating => ServiceState::Updating,
            Engine::Settled => ServiceState::Starting,
        };
        let well = self.ready_since.is_some() && self.change == Change::None;
        let note = if well { String::new() } else { reason::reason(self, nodes) };
        ServiceProgress { service: self.expected.name.clone(), running: self.running, wanted: self.wanted, state, note }
    }

    pub(super) fn cause(&self, nodes: &[Node]) -> Cause {
        reason::cause(self, nodes)
    }

    /// What a health check said. Once the engine goes back, the old task's health is no news.
    pub(super) fn note_health(&mut self, health: &Health) {
        // A probe that the end of its container cut short says nothing of its own.
        let cut_short = health.last.as_ref().is_some_and(|(code, _)| *code < 0);
        if cut_short && self.health.is_some() {
            return;
        }
        if !self.going_back || cause::probe(health).is_some() {
            self.health = Some(health.clone());
        }
    }

    /// The engine watches this update itself and goes back if it fails.
    fn engine_decides(&self) -> bool {
        let action = self.expected.spec.update_config.as_ref().map_or("", |c| c.failure_action.as_str());
        action == "rollback" && matches!(self.engine, Engine::Updating | Engine::RollingBack)
    }

    /// What the engine says is about our update or a later one, whatever the managers' clocks show: each update begins with an empty
    /// status, and the reading began after it was sent.
    fn follow_update(&mut self, service: &Service, slots: &Slots<'_>, observed: &Observed) {
        let Some(status) = service.update.as_ref().filter(|_| self.expected.update.is_some()) else {
            (self.engine, self.going_back) = (Engine::Settled, false);
            return;
        };
        self.message.clone_from(&status.message);
        self.going_back = status.state.starts_with("rollback");
        self.engine = match status.state.as_str() {
            "updating" | "paused" if slots.ended_well() => Engine::Settled,
            "updating" if standstill::is_all_that_is_left(service, slots, observed) => Engine::Settled,
            "updating" => Engine::Updating,
            "rollback_started" => Engine::RollingBack,
            "rollback_completed" => Engine::RolledBack,
            "paused" | "rollback_paused" => Engine::Paused,
            _ => Engine::Settled,
        };
    }

    /// The first spec that the engine reports is ours only if it is what was sent, and from then on it has to stay. While the engine
    /// goes back it reports the spec before.
    fn compare(&mut self, service: &Service, networks: &[Network]) {
        self.change = match &self.reported {
            _ if self.going_back => Change::None,
            Some(reported) => Change::between(reported, &service.spec),
            None => Change::since_sent(&self.expected.spec, &service.spec, networks),
        };
        if self.reported.is_none() && self.change == Change::None && !self.going_back {
            self.reported = Some(service.spec.clone());
        }
    }

    /// When the deploy began for this service, by the managers' clock: an update shows whether that clock is behind ours.
    fn since(&self, service: &Service) -> Millis {
        let Some(update) = self.expected.update else { return self.started };
        let since = update.min(self.started);
        if service.updated > 0 { since.min(service.updated) } else { since }
    }

    fn look_for_the_end(&mut self, slots: &Slots<'_>, newer: bool) {
        let policy = self.expected.spec.task_template.restart_policy.clone().unwrap_or_default();
        let counts_tries = policy.max_attempts.is_some_and(|n| n > 0);
        let failed = || slots.slots.iter().filter(|s| s.state == SlotState::Failed);
        // The engine puts the next try beside a failed one at once, so a failed task that is not to run has no successor. One
        // reading may miss a successor that came while it was made.
        let exhausted = counts_tries && failed().any(|s| s.task.desired == "shutdown");
        self.exhausted = if exhausted { self.exhausted + u32::from(newer) } else { 0 };
        self.given_up = self.exhausted >= EXHAUSTED || (policy.condition == "none" && failed().next().is_some());
        if self.given_up && self.tries.reason().is_none() {
            failed().take(1).for_each(|s| self.tries.blame(place(&self.expected.spec, s.task), s.task));
        }
    }

    /// What else is there of the service, for the words only.
    fn look_beside(&mut self, service: &Service, observed: &Observed) {
        let kind = Kind::of(&service.spec);
        let of_service = || observed.tasks.iter().filter(|t| t.service == service.id && is_to_run(kind, t) && !ended(t));
        self.before = of_service().filter(|t| !t.current && t.state == "running").count() as u64;
        let silent = |t: &Task| observed.nodes.iter().find(|n| n.id == t.node && n.state != "ready");
        self.away = of_service().filter(|t| t.current).filter_map(silent).map(|n| n.hostname.clone()).min();
        self.waits_for = standstill::waits_for(service, observed).filter(|_| self.engine == Engine::Updating);
    }

    fn settle(&mut self, service: &Service, slots: &Slots<'_>, observed: &Observed) {
        // After a change of leaders nobody knows for a moment how the nodes are.
        let silent = |t: &Task| observed.nodes.iter().any(|n| n.id == t.node && n.state != "ready");
        let sure = !slots.slots.iter().any(|s| s.state == SlotState::Running && silent(s.task)) && !slots.doubtful;
        let well = self.engine == Engine::Settled && self.change == Change::None && !self.given_up;
        let ready = slots.complete() && slots.surplus(service) == 0 && sure && well;
        // The next run of a periodic service is no restart.
        let lasting = slots.slots.iter().filter(|_| slots.kind != Kind::Periodic);
        let tasks: BTreeSet<String> = lasting.map(|s| s.task.id.clone()).collect();
        if !ready {
            self.ready_since = None;
        } else if self.ready_since.is_none() || tasks != self.ready_tasks {
            self.ready_since = Some(observed.at);
        }
        self.ready_tasks = tasks;
        self.settled = self.ready_since.is_some_and(|since| observed.at - since >= self.monitor_ms());
        if self.settled {
            self.tries.forget();
            self.newly_settled = !self.settled_once;
            self.settled_once = true;
        }
    }
}
