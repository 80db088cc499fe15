//! Why a service is not ready, in plain words.

use super::Cause;
use super::change::Change;
use super::track::{Engine, Track};
use super::wait::has_check;
use crate::stack::cause;
use crate::stack::observed::{Node, Task};

/// What is said of the service once it was given up, or once nobody looks any longer.
pub(super) fn cause(track: &Track, nodes: &[Node]) -> Cause {
    let reason = reason(track, nodes);
    let because = |what: &str| match (reason.is_empty(), track.message.is_empty()) {
        (false, _) => format!("{what}: {reason}"),
        (true, false) => format!("{what}: {}", track.message),
        (true, true) => what.to_owned(),
    };
    let text = match track.engine {
        Engine::RolledBack => because("the update was rolled back, the version before runs again"),
        Engine::RollingBack => because("the update failed and is being rolled back"),
        Engine::Paused if track.going_back => because("the update failed, and going back from it was paused half-way"),
        Engine::Paused => because("the update was paused half-way"),
        _ if track.ready_since.is_some() && reason.is_empty() => "it runs, but not yet for as long as it is watched".to_owned(),
        _ if reason.is_empty() => format!("{} of {} tasks run", track.running, track.wanted),
        _ if track.wanted > 1 && track.running > 0 => format!("{reason} ({} of {} tasks run)", track.running, track.wanted),
        _ => reason,
    };
    Cause { service: track.expected.name.clone(), text }
}

/// One sentence without a full stop; empty if there is nothing to say.
pub(super) fn reason(track: &Track, nodes: &[Node]) -> String {
    if let Some(text) = lost(track) {
        return text.to_owned();
    }
    let say = |task: &Task| cause::sentence(task, &track.expected.spec, nodes, track.health.as_ref());
    let words = |task: Option<&Task>| task.map(say).filter(|text| !text.is_empty());
    // What runs or waits now is no reason any more.
    if track.going_back || track.engine == Engine::Paused {
        return words(track.tries.reason_of_engine()).unwrap_or_else(|| failed_check(track));
    }
    if let Some(waiting) = track.wait.task.as_ref().filter(|t| cause::is_unplaceable(t)) {
        return say(waiting);
    }
    if track.wait.no_node.is_some() {
        let constraints = track.expected.spec.task_template.placement.constraints.join(", ");
        let none = "no node takes its tasks";
        return if constraints.is_empty() { none.to_owned() } else { format!("{none}; its constraints are: {constraints}") };
    }
    if let Some(node) = track.held_up_by().filter(|_| !track.tries.crashing()) {
        return format!("the update waits for node {node}, which does not answer");
    }
    words(track.tries.reason())
        .unwrap_or_else(|| track.wait.task.as_ref().map_or_else(|| resting(track), |task| coming(track, task, nodes)))
}

fn lost(track: &Track) -> Option<&'static str> {
    if track.missing > 0 {
        return Some(if track.namesake {
            "somebody removed the service, and another of the same name took its place"
        } else {
            "the service is gone from the Swarm"
        });
    }
    match track.change {
        Change::None => None,
        Change::Other => Some("somebody else changed the service while it came up, so it is not what was deployed"),
        Change::SwitchedOff => Some("somebody else scaled the service to zero while it came up"),
    }
}

/// A task that stops politely when it is found unhealthy leaves no error behind.
fn failed_check(track: &Track) -> String {
    let said = track.health.as_ref().and_then(cause::probe);
    said.map(|said| format!("the health check fails; {said}")).unwrap_or_default()
}

fn coming(track: &Track, task: &Task, nodes: &[Node]) -> String {
    let node = nodes.iter().find(|n| n.id == task.node);
    if let Some(silent) = node.filter(|n| n.state != "ready") {
        return does_not_answer(&silent.hostname);
    }
    let on = node.map_or_else(String::new, |n| format!(" on node {}", n.hostname));
    match task.state.as_str() {
        "running" if matches!(task.desired.as_str(), "running" | "complete") => format!("it still runs{on}"),
        "running" => format!("it is being stopped{on}"),
        "new" | "allocated" | "pending" => "it waits for a node".to_owned(),
        "assigned" | "accepted" => format!("it was given to a node that has yet to begin{on}"),
        "preparing" => format!("its image is being pulled{on}"),
        "ready" => format!("it waits until the task before has stopped{on}"),
        "starting" => match track.health.as_ref().and_then(cause::probe) {
            Some(said) => format!("its health check has not passed yet; {said}"),
            None if has_check(&track.expected.spec) || track.health.is_some() => {
                "it starts, and its health check has not passed yet".to_owned()
            }
            None => "it starts".to_owned(),
        },
        _ => String::new(),
    }
}

/// Nothing of it is on its way.
fn resting(track: &Track) -> String {
    if let Some(node) = &track.away {
        return does_not_answer(node);
    }
    match (track.running, track.before) {
        (1.., _) if track.engine == Engine::Updating => "the engine still replaces its tasks".to_owned(),
        (0, 1) => "the task before still runs, and no new one has begun".to_owned(),
        (0, 2..) => format!("{} tasks of the version before still run, and no new one has begun", track.before),
        (0, 0) if track.wanted > 0 => "none of its tasks has begun".to_owned(),
        _ => String::new(),
    }
}

fn does_not_answer(node: &str) -> String {
    format!("node {node}, which has its task, does not answer")
}
