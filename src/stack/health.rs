//! How an app is, from one reading of the Swarm.

use serde::{Deserialize, Serialize};

use super::cause;
use super::converge::standstill;
use super::observed::{Millis, NAMESPACE_LABEL, Node, Observed, Service, Task};
use super::schedule::by_schedule;
use super::slots::{Kind, SlotState, Slots, ended};

/// A failure before that says nothing of a task that starts now, in milliseconds.
const LATELY_MS: i64 = 10 * 60_000;

/// How an app is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppHealth {
    pub state: HealthState,
    /// One sentence for members.
    pub sentence: String,
    /// Sorted by name.
    pub services: Vec<ServiceHealth>,
}

/// How an app or a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Everything runs, or ended as it should.
    Healthy,
    /// On the way: new tasks start, or an update is under way.
    Updating,
    /// Some of it runs, or an update waits for somebody.
    Degraded,
    /// Nothing of a service runs, and its tasks fail.
    Failing,
    NotDeployed,
    /// Switched off by somebody.
    ScaledToZero,
    /// Nothing has to run now: a timer starts it when it is time.
    Scheduled,
    /// The reading doesn't tell, as the nodes that run it don't answer.
    Unknown,
}

/// How one service is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceHealth {
    /// Without the stack's prefix.
    pub name: String,
    pub full: String,
    pub image: String,
    /// Tasks that run, or ended as they should.
    pub running: u64,
    pub wanted: u64,
    pub state: HealthState,
    /// The newest first.
    pub tasks: Vec<TaskLine>,
}

/// One task, as a line of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskLine {
    pub id: String,
    pub slot: u64,
    /// Host name of the node; empty while no node was chosen.
    pub node: String,
    pub state: String,
    pub desired: String,
    /// When the task came into its state.
    pub since: Millis,
    /// In plain words; empty if nothing is wrong.
    pub error: String,
    /// It runs the present spec of its service.
    pub current: bool,
}

/// How the app is whose stack was observed.
pub fn health(observed: &Observed) -> AppHealth {
    let mut services: Vec<ServiceHealth> = observed.services.iter().map(|s| service(s, observed)).collect();
    services.sort_by(|a, b| a.name.cmp(&b.name));
    let state = worst(&services);
    AppHealth { state, sentence: sentence(state, &services, observed), services }
}

fn service(service: &Service, observed: &Observed) -> ServiceHealth {
    let slots = Slots::count(service, &observed.tasks, &observed.nodes);
    let full = service.spec.name.clone();
    let prefix = service.spec.labels.get(NAMESPACE_LABEL).map(|stack| format!("{stack}_"));
    let name = prefix.and_then(|p| full.strip_prefix(&p)).unwrap_or(&full).to_owned();
    let mut tasks: Vec<&Task> = observed.tasks.iter().filter(|t| t.service == service.id).collect();
    tasks.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    ServiceHealth {
        name,
        full,
        image: service.spec.task_template.container_spec.image.clone(),
        running: slots.ready(),
        wanted: slots.wanted,
        state: state(service, &slots, &tasks, observed),
        tasks: tasks.into_iter().map(|t| line(t, service, &observed.nodes)).collect(),
    }
}

fn state(service: &Service, slots: &Slots<'_>, tasks: &[&Task], observed: &Observed) -> HealthState {
    let update = service.update.as_ref().map_or("", |u| u.state.as_str());
    let has = |state| slots.slots.iter().any(|s| s.state == state);
    let ended_well = slots.ended_well();
    let lost = |t: &&Task| t.state == "running" && observed.nodes.iter().any(|n| n.id == t.node && n.state != "ready");
    let lately = |t: &Task| observed.at - t.updated < LATELY_MS;
    let failed = |t: &Task| matches!(t.state.as_str(), "failed" | "rejected");
    // What comes again after a pause is as its last run was, however long ago that is.
    let last_run = || tasks.iter().find(|t| t.current && ended(t)).filter(|_| slots.kind == Kind::Periodic);
    let tried = || tasks.iter().any(|t| t.current && lately(t) && failed(t)) || last_run().is_some_and(|t| failed(t));
    match update {
        // An update that only waits for a node which went away is over, whatever the engine says.
        "updating" if !ended_well && !standstill::is_all_that_is_left(service, slots, observed) => HealthState::Updating,
        "rollback_started" if !ended_well => HealthState::Updating,
        "paused" | "rollback_paused" if !ended_well && slots.wanted > 0 => {
            if slots.ready() > 0 {
                HealthState::Degraded
            } else {
                HealthState::Failing
            }
        }
        _ if slots.wanted == 0 && by_schedule(&service.spec) => HealthState::Scheduled,
        _ if slots.wanted == 0 && !slots.no_node => HealthState::ScaledToZero,
        _ if slots.complete() => HealthState::Healthy,
        _ if tasks.iter().any(lost) => HealthState::Unknown,
        // A job that has work left is under way, not in part out of order.
        _ if slots.kind == Kind::Job && !has(SlotState::Failed) && !tried() && slots.ready() > 0 => HealthState::Updating,
        _ if slots.ready() > 0 => HealthState::Degraded,
        _ if slots.no_node || has(SlotState::Failed) || tried() || slots.slots.iter().any(|s| cause::is_unplaceable(s.task)) => {
            HealthState::Failing
        }
        _ => HealthState::Updating,
    }
}

fn line(task: &Task, service: &Service, nodes: &[Node]) -> TaskLine {
    let early = task.state == "complete" && task.current && Kind::of(&service.spec) == Kind::Lasting;
    let wrong = early || matches!(task.state.as_str(), "failed" | "rejected" | "orphaned") || cause::is_unplaceable(task);
    let error = if wrong { cause::sentence(task, &service.spec, nodes, None) } else { task.error.clone() };
    TaskLine {
        id: task.id.clone(),
        slot: task.slot,
        node: nodes.iter().find(|n| n.id == task.node).map_or_else(|| task.node.clone(), |n| n.hostname.clone()),
        state: task.state.clone(),
        desired: task.desired.clone(),
        since: task.updated,
        error,
        current: task.current,
    }
}

fn worst(services: &[ServiceHealth]) -> HealthState {
    use HealthState::{Degraded, Failing, Healthy, NotDeployed, ScaledToZero, Scheduled, Unknown, Updating};
    let has = |state| services.iter().any(|s| s.state == state);
    if services.is_empty() {
        return NotDeployed;
    }
    for state in [Updating, Failing, Unknown, Degraded, Healthy] {
        // While one service is being replaced, others that fail are still the worse news.
        if has(state) && !(state == Updating && (has(Failing) || has(Unknown))) {
            return state;
        }
    }
    if has(ScaledToZero) { ScaledToZero } else { Scheduled }
}

fn sentence(state: HealthState, services: &[ServiceHealth], observed: &Observed) -> String {
    let first = |state| services.iter().find(|s| s.state == state);
    let why = |s: &ServiceHealth| {
        s.tasks.iter().find(|t| t.current && !t.error.is_empty()).map_or_else(String::new, |t| format!(": {}", t.error))
    };
    let rolled_back = || observed.services.iter().any(|s| s.update.as_ref().is_some_and(|u| u.state == "rollback_completed"));
    match state {
        HealthState::NotDeployed => "not deployed".to_owned(),
        HealthState::ScaledToZero => "switched off: every service is scaled to zero".to_owned(),
        HealthState::Scheduled => "nothing has to run now: a timer starts it when it is time".to_owned(),
        HealthState::Healthy if rolled_back() => "running, but the last update was rolled back".to_owned(),
        HealthState::Healthy => "running".to_owned(),
        HealthState::Updating => {
            let busy = first(state).map_or("", |s| s.name.as_str());
            format!("on its way: {busy} is not ready yet")
        }
        HealthState::Failing => match first(state) {
            Some(service) => format!("{} does not run{}", service.name, why(service)),
            None => "nothing runs".to_owned(),
        },
        HealthState::Degraded => match first(state) {
            Some(s) if s.running >= s.wanted => format!("the update of {} was paused half-way and waits for somebody", s.name),
            Some(s) => format!("{} of {} tasks of {} run{}", s.running, s.wanted, s.name, why(s)),
            None => "a part does not run".to_owned(),
        },
        HealthState::Unknown => {
            let away = |n: &&Node| n.state != "ready" && services.iter().flat_map(|s| &s.tasks).any(|t| t.node == n.hostname);
            let nodes: Vec<&str> = observed.nodes.iter().filter(away).map(|n| n.hostname.as_str()).collect();
            format!("nobody knows: {} does not answer", nodes.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::observed::UpdateStatus;
    use crate::stack::spec::{Replicated, ServiceMode, ServiceSpec};

    fn service(id: &str, replicas: u64) -> Service {
        let labels = [(NAMESPACE_LABEL.to_owned(), "s".to_owned())].into();
        let mode = ServiceMode { replicated: Some(Replicated { replicas: Some(replicas) }), ..ServiceMode::default() };
        Service {
            id: id.into(),
            spec: ServiceSpec { name: format!("s_{id}"), labels, mode, ..ServiceSpec::default() },
            ..Service::default()
        }
    }

    fn task(service: &str, slot: u64, state: &str, node: &str) -> Task {
        let id = format!("{service}{slot}{state}");
        let (state, desired) = (state.to_owned(), "running".to_owned());
        Task { id, service: service.into(), slot, state, desired, node: node.into(), current: true, ..Task::default() }
    }

    fn check(services: Vec<Service>, tasks: Vec<Task>, state: HealthState, sentence: &str) {
        let node =
            |id: &str, state: &str| Node { id: id.into(), hostname: format!("host-{id}"), state: state.into(), ..Node::default() };
        let observed = Observed { services, tasks, nodes: vec![node("1", "ready"), node("2", "down")], ..Observed::default() };
        let found = health(&observed);
        assert_eq!((found.state, found.sentence.as_str()), (state, sentence));
    }

    #[test]
    fn an_app_is_as_well_as_its_worst_service() {
        let up = || task("app", 1, "running", "1");
        let mut failed = task("db", 1, "failed", "1");
        failed.error = "task: non-zero exit (3)".into();
        check(vec![], vec![], HealthState::NotDeployed, "not deployed");
        check(vec![service("app", 1)], vec![up()], HealthState::Healthy, "running");
        check(vec![service("app", 1), service("cron", 0)], vec![up()], HealthState::Healthy, "running");
        let off = "switched off: every service is scaled to zero";
        check(vec![service("app", 0)], vec![], HealthState::ScaledToZero, off);
        let mut cron = service("cron", 0);
        let labels = [("swarm.cronjob.enable", "true"), ("swarm.cronjob.schedule", "@daily")];
        cron.spec.labels.extend(labels.map(|(key, value)| (key.to_owned(), value.to_owned())));
        check(vec![service("app", 0), cron.clone()], vec![], HealthState::ScaledToZero, off);
        check(vec![service("app", 1), cron.clone()], vec![up()], HealthState::Healthy, "running");
        let waits = "nothing has to run now: a timer starts it when it is time";
        check(vec![cron], vec![], HealthState::Scheduled, waits);
        check(vec![service("app", 2)], vec![up()], HealthState::Degraded, "1 of 2 tasks of app run");
        let said = "db does not run: it ended with exit code 3 on node host-1";
        check(vec![service("app", 1), service("db", 1)], vec![up(), failed], HealthState::Failing, said);
        check(
            vec![service("app", 1)],
            vec![task("app", 1, "starting", "1")],
            HealthState::Updating,
            "on its way: app is not ready yet",
        );
        check(
            vec![service("app", 1)],
            vec![task("app", 1, "running", "2")],
            HealthState::Unknown,
            "nobody knows: host-2 does not answer",
        );
        let update = |state: &str| Some(UpdateStatus { state: state.into(), ..UpdateStatus::default() });
        let with = |state| Service { update: update(state), ..service("app", 1) };
        let said = "the update of app was paused half-way and waits for somebody";
        check(vec![with("paused")], vec![up()], HealthState::Degraded, said);
        let lost = Task { desired: "shutdown".into(), ..task("app", 1, "starting", "2") };
        check(vec![with("updating")], vec![up(), lost], HealthState::Healthy, "running");
    }
}
