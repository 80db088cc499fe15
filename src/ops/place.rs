//! Where a command can be run: a running container of the service, on the node that Canteen runs on.

use crate::stack::names::{StackName, descope, scope};
use crate::stack::observed::{Observed, Task};

use super::ended::OpError;
use super::run::Run;

/// Why no command is run in the container that Canteen itself runs in.
const OURSELVES: &str = "Canteen itself runs in this container, and whoever has a command run in it reads every app’s settings; run it on \
                         the server’s command line";

/// A running container on this node.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) container: String,
    /// Such as `app.1`.
    pub(super) task: String,
    /// The node's name.
    pub(super) node: String,
}

/// A container of the service, by what the Swarm says now.
pub(super) async fn place(run: &Run, stack: &StackName, service: &str) -> Result<Place, OpError> {
    let swarm = run.fresh().await?;
    let observed = swarm.stack(stack);
    let here = run.inspect.info().await?.node_id;
    let here = Here { node: &here, own: &|container| swarm.is_own_container(container) };
    let found = choose(&observed, stack, service, here).map_err(|why| OpError::stop("failed", why))?;
    if found.others > 0 {
        let others = found.others;
        let s = if others == 1 { "" } else { "s" };
        run.note(&format!("{others} more task{s} of {service} run; the command is run in one of them only")).await?;
    }
    Ok(found.place)
}

/// Where Canteen runs.
#[derive(Clone, Copy)]
struct Here<'a> {
    /// The node's id.
    node: &'a str,
    /// Whether a container is the one that we run in.
    own: &'a dyn Fn(&str) -> bool,
}

struct Found {
    place: Place,
    /// Other tasks of the service that run.
    others: usize,
}

/// The engine hands out containers of its own node only, and Canteen has nothing on other nodes.
fn choose(observed: &Observed, stack: &StackName, service: &str, Here { node: here, own }: Here<'_>) -> Result<Found, String> {
    let full = scope(stack, service);
    let Some(known) = observed.services.iter().find(|s| s.spec.name == full) else {
        let names: Vec<&str> = observed.services.iter().map(|s| descope(stack, &s.spec.name).unwrap_or(&s.spec.name)).collect();
        return Err(if names.is_empty() {
            "the app is not deployed, so there is no container to run the command in; deploy it first".to_owned()
        } else {
            format!("no service called {service} runs in this app any more; there are {}", names.join(", "))
        });
    };
    let runs = |t: &&Task| t.service == known.id && t.state == "running" && t.desired == "running" && t.container.is_some();
    let mut running: Vec<&Task> = observed.tasks.iter().filter(runs).collect();
    running.sort_by_key(|t| (!t.current, t.slot, t.id.clone()));
    let node = |id: &str| observed.nodes.iter().find(|n| n.id == id).map_or(id, |n| n.hostname.as_str()).to_owned();
    let Some(task) = running.iter().find(|t| t.node == here) else {
        let mut nodes: Vec<String> = running.iter().map(|t| node(&t.node)).collect();
        nodes.sort();
        nodes.dedup();
        return Err(if nodes.is_empty() {
            format!(
                "no task of {service} runs now, so there is no container to run the command in; look at its tasks on the app's page"
            )
        } else {
            format!(
                "{service} runs on {}, and Canteen on {}: Docker lets a command be run only on the node where the container is. Run it \
                 there with abra, or have the service run on {}",
                nodes.join(" and "),
                node(here),
                node(here)
            )
        });
    };
    let slot = if task.slot == 0 { String::new() } else { format!(".{}", task.slot) };
    let container = task.container.clone().unwrap_or_default();
    if own(&container) {
        return Err(OURSELVES.to_owned());
    }
    let place = Place { container, task: format!("{service}{slot}"), node: node(&task.node) };
    Ok(Found { place, others: running.len() - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::observed::{Node, Service};

    fn observed(tasks: &[(&str, u64, &str)]) -> Observed {
        let mut service = Service { id: "s1".to_owned(), ..Service::default() };
        service.spec.name = "pad_app".to_owned();
        let node = |id: &str| Node { id: id.to_owned(), hostname: format!("host-{id}"), ..Node::default() };
        let task = |(state, slot, node): &(&str, u64, &str)| Task {
            service: "s1".to_owned(),
            state: (*state).to_owned(),
            desired: "running".to_owned(),
            slot: *slot,
            node: (*node).to_owned(),
            container: Some(format!("c{slot}")),
            ..Task::default()
        };
        Observed {
            services: vec![service],
            nodes: vec![node("a"), node("b")],
            tasks: tasks.iter().map(task).collect(),
            ..Observed::default()
        }
    }

    fn told(tasks: &[(&str, u64, &str)], service: &str) -> String {
        let stack = StackName::parse("pad").unwrap();
        let here = Here { node: "a", own: &|container| container == "c7" };
        match choose(&observed(tasks), &stack, service, here) {
            Ok(found) => format!("{} {} {} +{}", found.place.container, found.place.task, found.place.node, found.others),
            Err(why) => why,
        }
    }

    #[test]
    fn the_first_running_task_on_this_node_is_taken() {
        assert_eq!(told(&[("failed", 1, "a"), ("running", 3, "b"), ("running", 2, "a")], "app"), "c2 app.2 host-a +1");
    }

    #[test]
    fn what_stands_in_the_way_is_told() {
        for (tasks, service, words) in [
            (&[("running", 1, "b")][..], "app", "app runs on host-b, and Canteen on host-a"),
            (&[("failed", 1, "a")], "app", "no task of app runs now"),
            (&[], "app", "no task of app runs now"),
            (&[("running", 7, "a")], "app", "Canteen itself runs in this container"),
            (&[("running", 1, "a")], "db", "no service called db runs in this app any more; there are app"),
        ] {
            assert!(told(tasks, service).contains(words), "{}", told(tasks, service));
        }
    }
}
