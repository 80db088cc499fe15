use std::collections::BTreeMap;

use crate::logs::Line;
use crate::stack::names::{StackName, descope};
use crate::stack::observed::Observed;

/// What people call the services, tasks and nodes that lines name by their ids.
pub(super) struct Names {
    services: BTreeMap<String, String>,
    slots: BTreeMap<String, u64>,
    nodes: BTreeMap<String, String>,
}

impl Names {
    /// As the last reading of the Swarm tells them.
    pub(super) fn of(observed: &Observed, stack: &StackName) -> Self {
        let short = |full: &str| descope(stack, full).unwrap_or(full).to_owned();
        Self {
            services: observed.services.iter().map(|s| (s.id.clone(), short(&s.spec.name))).collect(),
            slots: observed.tasks.iter().map(|t| (t.id.clone(), t.slot)).collect(),
            nodes: observed.nodes.iter().map(|n| (n.id.clone(), n.hostname.clone())).collect(),
        }
    }

    /// Service and slot, such as `web.1`. Global services have no slots, and the Swarm forgets old tasks.
    pub(super) fn who(&self, line: &Line) -> String {
        let service = self.services.get(&line.service).map_or("", String::as_str);
        match self.slots.get(&line.task) {
            Some(slot) if *slot > 0 => format!("{service}.{slot}"),
            _ => service.to_owned(),
        }
    }

    /// The host name of the line's node.
    pub(super) fn node<'a>(&'a self, line: &'a Line) -> &'a str {
        self.nodes.get(&line.node).map_or(&line.node, String::as_str)
    }
}
