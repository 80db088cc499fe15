//! What holds for every course, likely or not.

use proptest::prelude::*;

use super::course::START;
use crate::stack::converge::{Expected, Outcome, ServiceProgress, Verdict, Watch};
use crate::stack::observed::{Node, Observed, Service, Task, UpdateStatus};
use crate::stack::spec::{Empty, Replicated, ReplicatedJob, RestartPolicy, ServiceMode, ServiceSpec};

const NODES: [&str; 3] = ["alfa", "bravo", "charlie"];
const TASK_STATES: [&str; 16] = [
    "new",
    "pending",
    "assigned",
    "preparing",
    "ready",
    "starting",
    "running",
    "running",
    "running",
    "running",
    "complete",
    "shutdown",
    "failed",
    "rejected",
    "orphaned",
    "",
];
const UPDATES: [&str; 7] = ["", "updating", "paused", "completed", "rollback_started", "rollback_paused", "rollback_completed"];
const ERRORS: [&str; 4] =
    ["", "task: non-zero exit (3)", "No such image: bb:1", "no suitable node (insufficient resources on 1 node)"];

const LIMIT: i64 = 60_000;

/// A deploy and what was read while it was watched.
#[derive(Clone, Debug)]
struct Course {
    expected: Vec<Expected>,
    readings: Vec<Observed>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_verdict_stays(course in course()) {
        let mut watch = watch(&course);
        let mut first: Option<Verdict> = None;
        for reading in &course.readings {
            watch.observe(reading, reading.at);
            if first.is_some() {
                prop_assert_eq!(&watch.verdict(), &first);
            }
            first = watch.verdict();
        }
        let left = watch.leave();
        prop_assert_eq!(watch.verdict(), Some(left.clone()));
        prop_assert!(first.is_none_or(|v| v == left));
    }

    #[test]
    fn every_watch_ends_at_twice_its_time_limit(course in course()) {
        let mut watch = watch(&course);
        for (reading, at) in course.readings.iter().cycle().zip((START..=START + 2 * LIMIT).step_by(3_000)) {
            watch.observe(&Observed { at, ..reading.clone() }, at);
        }
        prop_assert!(watch.verdict().is_some());
    }

    #[test]
    fn nothing_has_converged_that_does_not_run(course in course()) {
        let mut watch = watch(&course);
        for reading in &course.readings {
            watch.observe(reading, reading.at);
            if let Some(verdict) = watch.verdict() {
                if verdict.outcome == Outcome::Converged {
                    prop_assert!(course.expected.iter().all(|e| is_up(e, reading)), "{:?}", reading);
                } else {
                    prop_assert!(!verdict.causes.is_empty());
                    prop_assert!(verdict.causes.iter().all(|c| !c.text.is_empty()), "{verdict:?}");
                }
                break;
            }
        }
    }

    #[test]
    fn tasks_of_an_older_spec_change_no_verdict(course in course(), old in prop::collection::vec(task(), 1..6)) {
        let mut with_old = course.clone();
        for reading in with_old.readings.iter_mut().filter(|r| !stands_still(r)) {
            let old = old.iter().cloned().map(|t| Task { id: format!("old {}", t.id), current: false, ..t });
            reading.tasks.extend(old);
        }
        let blamed = |v: Option<Verdict>| v.map(|v| (v.outcome, v.causes.into_iter().map(|c| c.service).collect::<Vec<_>>()));
        let ends = |course: &Course| play(course).into_iter().map(|(_, v)| blamed(v)).collect::<Vec<_>>();
        prop_assert_eq!(ends(&course), ends(&with_old));
    }

    #[test]
    fn the_order_within_a_reading_says_nothing(course in course(), turn in 0..7_usize) {
        let mut turned = course.clone();
        for reading in &mut turned.readings {
            reading.tasks.reverse();
            let by = turn.min(reading.tasks.len());
            reading.tasks.rotate_left(by);
            reading.services.reverse();
            reading.nodes.reverse();
        }
        prop_assert_eq!(play(&course), play(&turned));
    }
}

fn watch(course: &Course) -> Watch {
    Watch::new(course.expected.clone(), START, LIMIT)
}

fn play(course: &Course) -> Vec<(Vec<ServiceProgress>, Option<Verdict>)> {
    let mut watch = watch(course);
    course.readings.iter().map(|r| (watch.observe(r, r.at), watch.verdict())).collect()
}

/// The plainest account of a service that is up: each place has a present task that runs, or that ended well if it may.
fn is_up(expected: &Expected, reading: &Observed) -> bool {
    let Some(service) = reading.services.iter().find(|s| s.id == expected.id) else { return false };
    if service.spec != expected.spec {
        return false;
    }
    let gone_back = service.update.as_ref().is_some_and(|u| u.state.starts_with("rollback"));
    let mode = &service.spec.mode;
    let job = mode.replicated_job.is_some() || mode.global_job.is_some();
    let condition = service.spec.task_template.restart_policy.as_ref().map_or("", |p| p.condition.as_str());
    let may_end = job || condition == "none" || condition == "on-failure";
    let well = |t: &&Task| t.current && ((t.state == "running" && !job) || (t.state == "complete" && may_end));
    let ready = |n: &&Node| n.state == "ready" && n.availability == "active";
    let tasks = || reading.tasks.iter().filter(|t| t.service == expected.id).filter(well);
    let up = if mode.global.is_some() || mode.global_job.is_some() {
        let begun = |n: &&Node| !job || reading.tasks.iter().any(|t| t.current && t.service == expected.id && t.node == n.id);
        reading.nodes.iter().filter(ready).filter(begun).all(|n| tasks().any(|t| t.node == n.id))
    } else {
        let wanted = mode.replicated_job.as_ref().map(|j| j.total_completions.unwrap_or(1));
        let wanted = wanted.or(mode.replicated.as_ref().and_then(|r| r.replicas)).unwrap_or(1);
        let slots: std::collections::BTreeSet<u64> = tasks().map(|t| t.slot).collect();
        slots.len() as u64 >= wanted
    };
    let goes_on = service.update.as_ref().is_some_and(|u| u.state == "updating") && expected.update.is_some();
    let over = !goes_on || stands_still(reading) || tasks().any(|t| t.state == "complete");
    up && over && !(gone_back && expected.update.is_some())
}

/// An update goes on, and perhaps for ever, as a node does not answer: only there do tasks of the spec before say how far it is.
fn stands_still(reading: &Observed) -> bool {
    let updating = |s: &Service| s.update.as_ref().is_some_and(|u| u.state == "updating");
    reading.services.iter().any(updating) && reading.nodes.iter().any(|n| n.state != "ready")
}

fn course() -> impl Strategy<Value = Course> {
    (prop::collection::vec(expected(), 1..3), prop::collection::vec(reading(), 1..14)).prop_map(|(mut expected, steps)| {
        for (at, service) in expected.iter_mut().enumerate() {
            (service.id, service.name) = (at.to_string(), format!("s{at}"));
        }
        let mut now = START;
        let mut last = Observed::default();
        let readings = steps.into_iter().map(|step| {
            now += step.pause_ms;
            if !step.again {
                last = step.show(&expected);
            }
            last.at = now;
            last.clone()
        });
        let readings = readings.collect();
        Course { expected, readings }
    })
}

#[derive(Clone, Debug)]
struct Step {
    pause_ms: i64,
    /// The Swarm is as it was.
    again: bool,
    tasks: Vec<Task>,
    updates: Vec<&'static str>,
    nodes: Vec<(&'static str, &'static str)>,
    missing: Option<usize>,
    /// Somebody else has made another service of it.
    changed: Option<usize>,
}

impl Step {
    fn show(self, expected: &[Expected]) -> Observed {
        let services = expected.iter().enumerate().filter(|(at, _)| Some(*at) != self.missing);
        let spec = |at, e: &Expected| {
            let mut spec = e.spec.clone();
            let image = if Some(at) == self.changed { "other" } else { "" };
            image.clone_into(&mut spec.task_template.container_spec.image);
            spec
        };
        let services = services.map(|(at, e)| Service {
            id: e.id.clone(),
            spec: spec(at, e),
            job_iteration: e.spec.mode.replicated_job.as_ref().map(|_| 1),
            update: Some(UpdateStatus { state: self.updates[at].to_owned(), ..UpdateStatus::default() })
                .filter(|u| !u.state.is_empty()),
            ..Service::default()
        });
        let node = |(name, (state, availability)): (&&str, &(&str, &str))| Node {
            id: (*name).to_owned(),
            hostname: (*name).to_owned(),
            state: (*state).to_owned(),
            availability: (*availability).to_owned(),
            ..Node::default()
        };
        let mut tasks = self.tasks;
        tasks.sort_by(|a, b| a.id.cmp(&b.id));
        tasks.dedup_by(|a, b| a.id == b.id);
        let iteration =
            |t: &Task| expected.iter().find(|e| e.id == t.service).and_then(|e| e.spec.mode.replicated_job.as_ref()).map(|_| 1);
        for task in &mut tasks {
            task.job_iteration = iteration(task);
        }
        Observed {
            services: services.collect(),
            tasks,
            nodes: NODES.iter().zip(&self.nodes).map(node).collect(),
            ..Observed::default()
        }
    }
}

fn reading() -> impl Strategy<Value = Step> {
    let node = (
        prop_oneof![8 => Just("ready"), 1 => Just("down"), 1 => Just("unknown")],
        prop_oneof![6 => Just("active"), 1 => Just("drain")],
    );
    let update = prop_oneof![6 => Just(""), 1 => prop::sample::select(&UPDATES[..])];
    (
        0..9_000_i64,
        any::<bool>(),
        prop::collection::vec(task(), 0..9),
        prop::collection::vec(update, 3),
        prop::collection::vec(node, 3),
        prop_oneof![9 => Just(None), 1 => (0..3_usize).prop_map(Some)],
        prop_oneof![19 => Just(None), 1 => (0..2_usize).prop_map(Some)],
    )
        .prop_map(|(pause_ms, again, tasks, updates, nodes, missing, changed)| Step {
            pause_ms,
            again,
            tasks,
            updates,
            nodes,
            missing,
            changed,
        })
}

fn task() -> impl Strategy<Value = Task> {
    let desired = prop_oneof![6 => Just("running"), 1 => Just("ready"), 1 => Just("shutdown"), 1 => Just("complete")];
    let choice = (0..2_usize, 1..3_u64, prop::sample::select(&NODES[..]), prop::sample::select(&["a", "b"][..]));
    (choice, prop::sample::select(&TASK_STATES[..]), desired, prop::sample::select(&ERRORS[..]), -60_000..60_000_i64, 0..8_u8)
        .prop_map(|((service, slot, node, letter), state, desired, error, created, old)| Task {
            id: format!("{service}.{slot}{node}{letter}"),
            service: service.to_string(),
            slot,
            node: node.to_owned(),
            state: state.to_owned(),
            desired: desired.to_owned(),
            error: error.to_owned(),
            created: START + created,
            current: old > 0,
            ..Task::default()
        })
}

fn expected() -> impl Strategy<Value = Expected> {
    let replicated = |n: u64| ServiceMode { replicated: Some(Replicated { replicas: Some(n) }), ..ServiceMode::default() };
    let job = |n: u64| ReplicatedJob { max_concurrent: Some(1), total_completions: Some(n) };
    let mode = prop_oneof![
        4 => (0..3_u64).prop_map(replicated),
        2 => Just(ServiceMode { global: Some(Empty {}), ..ServiceMode::default() }),
        1 => (0..3_u64).prop_map(move |n| ServiceMode { replicated_job: Some(job(n)), ..ServiceMode::default() }),
        1 => Just(ServiceMode { global_job: Some(Empty {}), ..ServiceMode::default() }),
    ];
    let condition = prop_oneof![4 => Just("any"), 1 => Just("none"), 1 => Just("on-failure")];
    (mode, condition, prop::option::of(0..3_u64), any::<bool>()).prop_map(|(mode, condition, max_attempts, update)| {
        let policy = RestartPolicy { condition: condition.to_owned(), max_attempts, ..RestartPolicy::default() };
        let mut spec = ServiceSpec { mode, ..ServiceSpec::default() };
        spec.task_template.restart_policy = Some(policy);
        Expected { name: String::new(), id: String::new(), spec, update: update.then_some(START) }
    })
}
