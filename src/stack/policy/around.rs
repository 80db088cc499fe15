//! What belongs to the stack and what to others.

use std::collections::{BTreeMap, BTreeSet};

use super::super::names::{StackName, descope};
use super::super::observed::{NAMESPACE_LABEL, Observed};
use super::super::spec::Labels;

/// The label of secrets that were made for an app.
const APP_LABEL: &str = "coop-cloud.app";
/// The recipe that the dashboard itself is deployed by.
pub const DASHBOARD: &str = "canteen";
/// Networks that every app may join, whoever made them.
const SHARED: &str = "proxy";

/// What a reading says of owners. Where it says nothing, a name belongs to the longest stack's name that it begins with.
#[derive(Clone, Debug)]
pub(super) struct Around {
    stack: StackName,
    /// Other stacks whose names begin with ours and `_`: what is theirs looks like ours.
    longer: BTreeSet<String>,
    /// Other stacks that are dashboards.
    dashboards: BTreeSet<String>,
    /// Hosts of other stacks, and whose they are.
    hosts: BTreeMap<String, BTreeSet<String>>,
    /// Whether it is ours, by name.
    secrets: BTreeMap<String, bool>,
    configs: BTreeMap<String, bool>,
    /// Names by id, and whether it is ours by name.
    network_names: BTreeMap<String, String>,
    networks: BTreeMap<String, bool>,
}

impl Around {
    pub(super) fn of(stack: &StackName, observed: &Observed) -> Self {
        let labels = observed.secrets.iter().map(|s| &s.labels).chain(observed.configs.iter().map(|c| &c.labels));
        let labels = labels.chain(observed.networks.iter().map(|n| &n.labels));
        let named = labels.filter_map(namespace).map(str::to_owned);
        let apps = observed.secrets.iter().filter_map(|s| app_stack(&s.labels));
        let neighbours = observed.neighbours.iter();
        let others = named.chain(apps).chain(neighbours.clone().map(|n| n.stack.clone()));
        let longer = others.filter(|other| descope(stack, other).is_some()).collect();
        let dashboards = neighbours.clone().filter(|n| n.recipe == DASHBOARD).map(|n| n.stack.clone()).collect();
        let mut hosts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (stack, host) in neighbours.flat_map(|n| n.domains.iter().map(|host| (&n.stack, host))) {
            hosts.entry(host.clone()).or_default().insert(stack.clone());
        }
        let mut around = Self {
            stack: stack.clone(),
            longer,
            dashboards,
            hosts,
            secrets: BTreeMap::new(),
            configs: BTreeMap::new(),
            network_names: observed.networks.iter().map(|n| (n.id.clone(), n.name.clone())).collect(),
            networks: BTreeMap::new(),
        };
        around.secrets = observed.secrets.iter().map(|s| (s.name.clone(), around.labelled(&s.name, &s.labels))).collect();
        around.configs = observed.configs.iter().map(|c| (c.name.clone(), around.labelled(&c.name, &c.labels))).collect();
        around.networks = observed.networks.iter().map(|n| (n.name.clone(), around.labelled(&n.name, &n.labels))).collect();
        around
    }

    pub(super) fn owns_secret(&self, name: &str) -> bool {
        self.secrets.get(name).copied().unwrap_or_else(|| self.owns(name))
    }

    pub(super) fn owns_config(&self, name: &str) -> bool {
        self.configs.get(name).copied().unwrap_or_else(|| self.owns(name))
    }

    /// The network's name, where a running service names it by its id.
    pub(super) fn network_name<'n>(&'n self, target: &'n str) -> &'n str {
        self.network_names.get(target).map_or(target, String::as_str)
    }

    pub(super) fn owns_network(&self, name: &str) -> bool {
        self.networks.get(name).copied().unwrap_or_else(|| self.owns(name))
    }

    /// Whether every app may join it.
    pub(super) fn shares_network(name: &str) -> bool {
        name == SHARED
    }

    /// Whether an object of this name is the stack's, as far as the name tells.
    pub(super) fn owns(&self, name: &str) -> bool {
        descope(&self.stack, name).is_some() && !self.longer.iter().any(|other| is_of(other, name, &['_']))
    }

    /// Whether a name in the proxy is the stack's: `<stack>`, or `<stack>` and more after a `-`, `_` or `.`. The proxy does not tell
    /// capitals from small letters.
    pub(super) fn owns_route(&self, name: &str) -> bool {
        let (name, ends) = (name.to_lowercase(), ['-', '_', '.']);
        let of = |stack: &str| stack.to_lowercase() == name || is_of(&stack.to_lowercase(), &name, &ends);
        of(self.stack.as_str()) && !self.longer.iter().any(|other| of(other))
    }

    /// Whether the name is one of a dashboard's objects.
    pub(super) fn is_dashboards(&self, name: &str) -> bool {
        self.dashboards.iter().any(|stack| is_of(stack, name, &['_']))
    }

    /// The other stacks that this host is an address of; `None` if there are none.
    pub(super) fn others_at(&self, host: &str) -> Option<String> {
        self.hosts.get(host).map(|stacks| stacks.iter().map(String::as_str).collect::<Vec<_>>().join(" and "))
    }

    fn labelled(&self, name: &str, labels: &Labels) -> bool {
        match namespace(labels) {
            Some(stack) => stack == self.stack.as_str(),
            None => app_stack(labels).is_some_and(|stack| stack == self.stack.as_str()) || self.owns(name),
        }
    }
}

fn is_of(stack: &str, name: &str, ends: &[char]) -> bool {
    name.strip_prefix(stack).is_some_and(|rest| rest.starts_with(ends))
}

fn namespace(labels: &Labels) -> Option<&str> {
    labels.get(NAMESPACE_LABEL).map(String::as_str)
}

fn app_stack(labels: &Labels) -> Option<String> {
    labels.get(APP_LABEL).and_then(|app| StackName::of_app(app).ok()).map(|stack| stack.to_string())
}
