//! Which power over the host the final objects of a stack ask for, and who may have them sent. One function, for every path that sends
//! something: `ops::Run` takes a [`Pass`] with each object, and only [`admit`] makes one.
//!
//! Begin with `table.rs`: it says in one place what each kind of power is, and who may have it.

mod addresses;
mod around;
mod container;
mod folders;
mod networks;
mod pass;
mod routing;
mod rule;
mod runner;
mod storage;
mod table;
mod task;
mod template;
mod verdict;

pub use around::DASHBOARD;
pub use pass::{Pass, Who, admit};
pub use routing::{claimed, routed};
pub use runner::{RUN_LABEL, RUN_RESTIC, RUN_SCRATCH, RUN_SECRET, RUN_SOCKET, RunnerPass, RunnerWish, admit_runner};
pub use table::{Kind, May, Row, Severity, Tier};
pub use verdict::{Refused, Verdict, verdict};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::desired::Desired;
use super::names::descope;
use super::observed::Observed;
use super::spec::{ConfigSpec, NetworkSpec, ServiceSpec};
use around::Around;

/// Something that reaches beyond the app itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Power {
    /// Full name of the service; empty if the stack as a whole asks.
    pub service: String,
    pub kind: Kind,
    /// Where it is asked for: keys of the compose file, joined by dots. A list's entry stands there by its target or its name.
    pub path: String,
    /// What is asked for, with its value.
    pub what: String,
    /// What could be done with it.
    pub why: String,
    /// What a server's list of exceptions names: the folder, the capability, the network.
    pub subject: String,
}

impl Power {
    /// One line that says all of it; whoever confirms a power confirms this line.
    pub fn line(&self) -> String {
        if self.service.is_empty() { self.what.clone() } else { format!("{}: {}", self.service, self.what) }
    }
}

/// Every power that the stack asks for, sorted; empty for ordinary apps. `observed` tells what belongs to whom.
pub fn powers(desired: &Desired, observed: &Observed) -> Vec<Power> {
    let around = Around::of(&desired.stack, observed);
    let look = Look { desired, around: &around };
    let mut found: Vec<Power> = desired.services.iter().flat_map(|s| look.service(s)).collect();
    found.extend(desired.networks.iter().flat_map(|n| look.network(n)));
    found.extend(desired.configs.iter().flat_map(|c| look.config(c)));
    found.extend(look.own_secrets());
    let found: BTreeSet<Power> = found.into_iter().collect();
    found.into_iter().collect()
}

/// One object is looked at as a part of this stack, with this around it.
#[derive(Clone, Copy)]
struct Look<'a> {
    desired: &'a Desired,
    around: &'a Around,
}

impl Look<'_> {
    fn service(&self, service: &ServiceSpec) -> Vec<Power> {
        let mut asks = Asks { service: &service.name, found: vec![] };
        if descope(&self.desired.stack, &service.name).is_none() {
            asks.ask(Kind::Foreign, "services", &service.name, format!("makes or changes the service {}", service.name));
        }
        container::asks(&service.task_template.container_spec, &mut asks);
        addresses::asks(&service.task_template.container_spec, &mut asks);
        for mount in &service.task_template.container_spec.mounts {
            storage::asks(self, mount, &mut asks);
        }
        self.files(service, &mut asks);
        task::asks(service, &mut asks);
        networks::attached(self, service, &mut asks);
        routing::asks(self, service, &mut asks);
        asks.found
    }

    fn network(&self, network: &NetworkSpec) -> Vec<Power> {
        let mut asks = Asks { service: "", found: vec![] };
        networks::made(self, network, &mut asks);
        asks.found
    }

    fn config(&self, config: &ConfigSpec) -> Vec<Power> {
        let mut asks = Asks { service: "", found: vec![] };
        let path = format!("configs.{}", self.short(&config.name));
        if !self.around.owns_config(&config.name) {
            asks.ask(Kind::Foreign, &path, &config.name, format!("makes the config {}", config.name));
        }
        if let Some(driver) = &config.templating {
            for what in template::beyond(&driver.name, &config.data) {
                asks.ask(Kind::Template, &path, &config.name, format!("the config {} {what}", config.name));
            }
        }
        asks.found
    }

    /// Names of secrets that the stack makes; only the command line has such stacks.
    fn own_secrets(&self) -> Vec<Power> {
        let mut asks = Asks { service: "", found: vec![] };
        for name in self.desired.own_secrets.iter().filter(|name| !self.around.owns_secret(name)) {
            asks.ask(Kind::Foreign, format!("secrets.{name}"), name, format!("makes the secret {name}"));
        }
        asks.found
    }

    /// Secrets and configs that a service reads.
    fn files(&self, service: &ServiceSpec, asks: &mut Asks<'_>) {
        let container = &service.task_template.container_spec;
        for secret in container.secrets.iter().filter(|s| !self.around.owns_secret(&s.name)) {
            asks.ask(Kind::Foreign, "secrets", &secret.name, format!("reads the secret {}", secret.name));
        }
        for config in &container.configs {
            if !self.around.owns_config(&config.name) {
                asks.ask(Kind::Foreign, "configs", &config.name, format!("reads the config {}", config.name));
            }
            if config.runtime.as_ref().is_some_and(|r| r.as_object().is_none_or(|fields| !fields.is_empty())) {
                asks.ask(Kind::Unknown, "configs", &config.name, format!("config {} with unknown options", config.name));
            }
        }
    }

    fn short<'n>(&self, full: &'n str) -> &'n str {
        descope(&self.desired.stack, full).unwrap_or(full)
    }
}

/// Collects what one object asks for.
struct Asks<'a> {
    service: &'a str,
    found: Vec<Power>,
}

impl Asks<'_> {
    fn ask(&mut self, kind: Kind, path: impl Into<String>, subject: impl Into<String>, what: impl Into<String>) {
        self.found.push(Power {
            service: self.service.to_owned(),
            kind,
            path: path.into(),
            what: what.into(),
            why: kind.row().why.to_owned(),
            subject: subject.into(),
        });
    }
}

#[cfg(test)]
mod tests;
