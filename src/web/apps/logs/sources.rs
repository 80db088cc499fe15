//! Whom to ask for lines, and what can't be had, in words.

use std::collections::BTreeMap;

use crate::engine::LogSource;
use crate::logs::Filter;
use crate::stack::names::{StackName, descope};
use crate::stack::observed::{Node, Observed, Service, Task};

/// What the engine is asked for.
pub(super) struct Sources {
    pub(super) wanted: Vec<LogSource>,
    /// Why some lines are missing.
    pub(super) notes: Vec<String>,
}

/// Services as a whole. Of one that has tasks on nodes that are gone only the other tasks: the engine would wait for the rest.
pub(super) fn services(observed: &Observed, stack: &StackName, filter: &Filter) -> Sources {
    gather(observed, stack, filter, |service, there, gone| {
        if gone {
            there.iter().map(|t| LogSource::Task(t.id.clone())).collect()
        } else {
            vec![LogSource::Service(service.id.clone())]
        }
    })
}

/// Each task by itself, which is in the order in which it wrote.
pub(super) fn tasks(observed: &Observed, stack: &StackName, filter: &Filter) -> Sources {
    gather(observed, stack, filter, |_, there, _| there.iter().map(|t| LogSource::Task(t.id.clone())).collect())
}

/// Asks `sources` for each service with its tasks that can be asked, and whether there are others.
fn gather(
    observed: &Observed,
    stack: &StackName,
    filter: &Filter,
    sources: impl Fn(&Service, &[&Task], bool) -> Vec<LogSource>,
) -> Sources {
    let mut gathered = Sources { wanted: vec![], notes: vec![] };
    let mut missing: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for service in observed.services.iter().filter(|s| filter.service.is_empty() || s.id == filter.service) {
        let name = descope(stack, &service.spec.name).unwrap_or(&service.spec.name);
        gathered.notes.extend(driver_note(service, name));
        if keeps_nothing(service) {
            continue;
        }
        // A task without a node has not begun.
        let begun = observed.tasks.iter().filter(|t| t.service == service.id && !t.node.is_empty());
        let (there, gone): (Vec<&Task>, Vec<&Task>) = begun.partition(|t| node(observed, t).is_some_and(|n| n.state == "ready"));
        for task in &gone {
            let host = node(observed, task).map_or(task.node.as_str(), |n| n.hostname.as_str());
            let who = if task.slot == 0 { name.to_owned() } else { format!("{name}.{}", task.slot) };
            let tasks = missing.entry(host).or_default();
            if !tasks.contains(&who) {
                tasks.push(who);
            }
        }
        gathered.wanted.extend(sources(service, &there, !gone.is_empty()));
    }
    let lost = |(host, tasks): (&str, Vec<String>)| {
        format!("The node {host} does not answer. What {} wrote there is missing until it is back.", tasks.join(", "))
    };
    gathered.notes.extend(missing.into_iter().map(lost));
    gathered
}

fn node<'a>(observed: &'a Observed, task: &Task) -> Option<&'a Node> {
    observed.nodes.iter().find(|n| n.id == task.node)
}

fn keeps_nothing(service: &Service) -> bool {
    service.spec.task_template.log_driver.as_ref().is_some_and(|d| d.name == "none")
}

/// What the service's own log driver means for reading. Without one, the node's default is used, which we can't see from here.
fn driver_note(service: &Service, name: &str) -> Option<String> {
    let driver = service.spec.task_template.log_driver.as_ref()?;
    match driver.name.as_str() {
        "" | "json-file" | "local" | "journald" => None,
        "none" => Some(format!("Docker keeps no log of {name}: the recipe sets its log driver to none.")),
        other => Some(format!(
            "The recipe sends the log of {name} elsewhere (log driver {other}). Docker shows what it keeps of it here, which may be \
             nothing; look where the log is sent."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::spec::{Driver, ServiceSpec};

    fn observed() -> Observed {
        let node =
            |id: &str, state: &str| Node { id: id.into(), hostname: format!("host-{id}"), state: state.into(), ..Node::default() };
        let service = |id: &str, driver: &str| {
            let mut spec = ServiceSpec { name: format!("pad_{id}"), ..ServiceSpec::default() };
            spec.task_template.log_driver =
                Some(Driver { name: driver.into(), ..Driver::default() }).filter(|d| !d.name.is_empty());
            Service { id: id.into(), spec, ..Service::default() }
        };
        let task = |id: &str, service: &str, slot, node: &str| Task {
            id: id.into(),
            service: service.into(),
            slot,
            node: node.into(),
            ..Task::default()
        };
        Observed {
            nodes: vec![node("n1", "ready"), node("n2", "down")],
            services: vec![service("app", ""), service("db", "local"), service("quiet", "none"), service("far", "syslog")],
            tasks: vec![
                task("a1", "app", 1, "n1"),
                task("a2", "app", 2, "n2"),
                task("a3", "app", 3, ""),
                task("d1", "db", 0, "n1"),
            ],
            ..Observed::default()
        }
    }

    #[test]
    fn what_can_be_asked_is_asked_and_the_rest_is_said() {
        let (stack, all) = (StackName::parse("pad").unwrap(), Filter::default());
        let asked = services(&observed(), &stack, &all);
        let (task, service) = (|id: &str| LogSource::Task(id.into()), |id: &str| LogSource::Service(id.into()));
        assert_eq!(asked.wanted, [task("a1"), service("db"), service("far")]);
        assert_eq!(asked.notes.len(), 3, "{:?}", asked.notes);
        assert!(asked.notes[0].contains("no log of quiet") && asked.notes[1].contains("log driver syslog"), "{:?}", asked.notes);
        assert_eq!(asked.notes[2], "The node host-n2 does not answer. What app.2 wrote there is missing until it is back.");
        assert_eq!(tasks(&observed(), &stack, &all).wanted, [task("a1"), task("d1")]);
        let mut one = all;
        one.service = "db".into();
        assert_eq!(services(&observed(), &stack, &one).wanted, [service("db")]);
    }
}
