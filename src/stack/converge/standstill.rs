//! An update that waits for a node which went away.
//!
//! The engine waits without a limit until each task of an update runs or has ended. A node that went away never says so: its task
//! was given to another node long ago, and still the update goes on.

use crate::stack::observed::{Node, Observed, Service, Task};
use crate::stack::slots::{Slots, ended, is_to_run};

/// Host name of the node that doesn't answer and was to start one of the service's new tasks.
pub(super) fn waits_for(service: &Service, observed: &Observed) -> Option<String> {
    let nodes = tasks(service, observed).filter(|t| t.current && t.state != "running").filter_map(|t| silent(t, observed));
    nodes.map(|n| n.hostname.clone()).min()
}

/// The update waits for such a node and has nothing else to do: the new tasks run, and none of the spec before is to run any more.
pub(in crate::stack) fn is_all_that_is_left(service: &Service, slots: &Slots<'_>, observed: &Observed) -> bool {
    let runs = |t: &Task| t.state == "running" || silent(t, observed).is_some();
    let is_past = |t: &Task| if t.current { runs(t) } else { !is_to_run(slots.kind, t) };
    waits_for(service, observed).is_some() && slots.complete() && tasks(service, observed).all(is_past)
}

/// Those that have not ended.
fn tasks<'a>(service: &Service, observed: &'a Observed) -> impl Iterator<Item = &'a Task> {
    let id = service.id.clone();
    observed.tasks.iter().filter(move |t| t.service == id && !ended(t))
}

fn silent<'a>(task: &Task, observed: &'a Observed) -> Option<&'a Node> {
    observed.nodes.iter().find(|n| n.id == task.node && n.state != "ready")
}
