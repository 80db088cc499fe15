//! Which power over the host the final objects of a stack ask for. One function, for every path that sends them.

use serde::{Deserialize, Serialize};

use super::desired::Desired;
use super::names::{StackName, descope};
use super::spec::{ContainerSpec, Driver, Mount, Port, ServiceSpec, TaskSpec};

/// The one network of another stack that every app may join.
const PROXY: &str = "proxy";
/// Published ports that belong to the machine, the proxy or the Swarm.
const RESERVED_PORTS: &[u32] = &[22, 80, 443, 2375, 2376, 2377, 4789, 7946];
/// Log drivers that keep the log on the node.
const LOCAL_LOGS: &[&str] = &["", "json-file", "local", "journald", "none"];
/// More than these files or processes per container is not for an app to ask.
const ULIMIT_MAX: i64 = 1_048_576;

/// Something that reaches beyond the app itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Power {
    /// Full name of the service; empty if the stack as a whole asks.
    pub service: String,
    /// What is asked for, with its value.
    pub what: String,
    /// What could be done with it.
    pub why: String,
}

/// Every power over the host that the stack asks for, sorted; empty for ordinary apps.
pub fn host_power(desired: &Desired) -> Vec<Power> {
    let mut found = Vec::new();
    for service in &desired.services {
        let mut asks = Asks { service: &service.name, found: &mut found };
        container(&service.task_template.container_spec, &mut asks);
        for mount in &service.task_template.container_spec.mounts {
            mounted(mount, &desired.stack, &mut asks);
        }
        references(service, desired, &mut asks);
        task(&service.task_template, &mut asks);
        if service.mode.global.is_some() || service.mode.global_job.is_some() {
            asks.ask("runs on every node", "it takes part of each node, those of other apps too");
        }
        for port in &service.endpoint_spec.ports {
            published(port, &mut asks);
        }
        attached(service, desired, &mut asks);
    }
    let mut stack = Asks { service: "", found: &mut found };
    networks(desired, &mut stack);
    found.sort();
    found.dedup();
    found
}

struct Asks<'a> {
    service: &'a str,
    found: &'a mut Vec<Power>,
}

impl Asks<'_> {
    fn ask(&mut self, what: impl Into<String>, why: &str) {
        self.found.push(Power { service: self.service.to_owned(), what: what.into(), why: why.to_owned() });
    }
}

fn container(container: &ContainerSpec, asks: &mut Asks<'_>) {
    for capability in &container.cap_add {
        asks.ask(format!("capability {capability}"), "it gives the container rights over the node's kernel");
    }
    for (name, value) in &container.sysctls {
        asks.ask(format!("sysctl {name}={value}"), "it changes how the node's kernel treats the container");
    }
    for limit in container.ulimits.iter().filter(|l| l.hard < 0 || l.hard > ULIMIT_MAX || l.soft < 0 || l.soft > ULIMIT_MAX) {
        asks.ask(format!("ulimit {} {}", limit.name, limit.hard), "it can take what other apps on the node need");
    }
    if container.privileges.as_ref().is_some_and(|p| *p != super::spec::no_privileges()) {
        asks.ask("privileges", "credential specs and security profiles act on the node itself");
    }
    if !matches!(container.isolation.as_str(), "" | "default") {
        asks.ask(format!("isolation {}", container.isolation), "it changes how the container is kept apart from the node");
    }
    if container.healthcheck.as_ref().is_some_and(|h| h.test.first().is_some_and(|t| t == "NONE")) {
        asks.ask("no health check", "a broken container counts as healthy, and an update that breaks it is not rolled back");
    }
    for host in container.hosts.iter().filter(|h| is_node_address(h.split(' ').next().unwrap_or(h))) {
        asks.ask(format!("extra host {host}"), "the address is that of the node or of the provider's machine data");
    }
    let nameservers = container.dns_config.iter().flat_map(|dns| &dns.nameservers);
    for server in nameservers.filter(|s| is_node_address(s)) {
        asks.ask(format!("name server {server}"), "the address is that of the node or of the provider's machine data");
    }
}

fn mounted(mount: &Mount, stack: &StackName, asks: &mut Asks<'_>) {
    match mount.kind.to_lowercase().as_str() {
        "bind" if is_engine_socket(&mount.source) => {
            asks.ask(format!("mounts {}", mount.source), "whoever speaks to the engine is root on every node");
        }
        "bind" => {
            asks.ask(format!("mounts the folder {} of the node", mount.source), "it reads files of the node, or changes them");
        }
        "volume" => volume(mount, stack, asks),
        "tmpfs" => {}
        "cluster" => asks.ask(format!("cluster volume {}", mount.source), "other apps may use the same storage"),
        other => asks.ask(format!("mount of type {other} {}", mount.source), "it reaches into the node"),
    }
}

fn volume(mount: &Mount, stack: &StackName, asks: &mut Asks<'_>) {
    if !mount.source.is_empty() && descope(stack, &mount.source).is_none() {
        asks.ask(format!("volume {}", mount.source), "it is not this app's: another app's data may be in it");
    }
    let Some(Driver { name, options }) = mount.volume_options.as_ref().and_then(|o| o.driver_config.as_ref()) else { return };
    if !matches!(name.as_str(), "" | "local") {
        asks.ask(format!("volume driver {name} for {}", mount.source), "a driver is a program with rights on the node");
    }
    if !options.is_empty() {
        let said = options.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ");
        let why = if options.keys().any(|k| k.eq_ignore_ascii_case("device")) {
            "a device can be any folder of the node, a disk, or storage on the network"
        } else {
            "options tell the node what to mount"
        };
        asks.ask(format!("volume {} with {said}", mount.source), why);
    }
}

/// Secrets and configs by names that are not the stack's.
fn references(service: &ServiceSpec, desired: &Desired, asks: &mut Asks<'_>) {
    let container = &service.task_template.container_spec;
    for secret in container.secrets.iter().filter(|s| descope(&desired.stack, &s.name).is_none()) {
        asks.ask(format!("secret {}", secret.name), "it is not this app's: it may be another app's password");
    }
    for config in container.configs.iter().filter(|c| descope(&desired.stack, &c.name).is_none()) {
        asks.ask(format!("config {}", config.name), "it is not this app's");
    }
}

fn task(task: &TaskSpec, asks: &mut Asks<'_>) {
    let on_manager = |c: &&String| c.to_lowercase().replace([' ', '\t'], "") == "node.role==manager";
    if let Some(constraint) = task.placement.constraints.iter().find(on_manager) {
        asks.ask(format!("placement {constraint}"), "managers hold the keys of the whole Swarm");
    }
    if let Some(driver) = task.log_driver.as_ref().filter(|d| !LOCAL_LOGS.contains(&d.name.as_str())) {
        asks.ask(format!("log driver {}", driver.name), "the node sends the log to somewhere else");
    }
    let limits = task.resources.limits.iter().chain(&task.resources.reservations);
    if limits.clone().any(|l| !l.generic_resources.is_empty()) {
        asks.ask("generic resources", "they are devices of the node");
    }
}

fn published(port: &Port, asks: &mut Asks<'_>) {
    let protocol = if port.protocol.is_empty() { "tcp" } else { &port.protocol };
    let what = format!("port {}/{protocol}", port.published_port);
    if port.publish_mode == "host" {
        asks.ask(format!("{what} on the node itself"), "it goes past the Swarm's network to one node");
    }
    if RESERVED_PORTS.contains(&port.published_port) {
        asks.ask(what, "the port belongs to the machine, the proxy or the Swarm");
    } else if (1..1024).contains(&port.published_port) {
        asks.ask(what, "ports below 1024 belong to services of the machine");
    }
}

/// Networks that the service joins although they are not the stack's.
fn attached(service: &ServiceSpec, desired: &Desired, asks: &mut Asks<'_>) {
    for attachment in &service.task_template.networks {
        let name = attachment.target.as_str();
        if matches!(name, "host" | "bridge" | "none") || name.starts_with("container:") {
            asks.ask(format!("network {name}"), "it is a network of the node, which reaches every service on it");
        } else if name != PROXY && descope(&desired.stack, name).is_none() {
            asks.ask(format!("network {name}"), "the services of another app are on it");
        }
        if !attachment.driver_opts.is_empty() {
            asks.ask(format!("driver options of network {name}"), "they change how the node carries its traffic");
        }
    }
}

/// Objects that the stack makes under names or with powers that are not its own.
fn networks(desired: &Desired, asks: &mut Asks<'_>) {
    for network in &desired.networks {
        if network.driver != "overlay" {
            asks.ask(
                format!("network {} of the driver {}", network.name, network.driver),
                "it reaches into the node's own networks",
            );
        }
        if descope(&desired.stack, &network.name).is_none() {
            asks.ask(format!("makes the network {}", network.name), "the name is not this app's: others may join it by mistake");
        }
        let encrypted_only = network.options.keys().all(|option| option == "encrypted");
        if !encrypted_only {
            let options = network.options.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            asks.ask(format!("network {} with {options}", network.name), "options act on the nodes' network");
        }
        if network.ipam.is_some() {
            asks.ask(format!("network {} with its own addresses", network.name), "they may be those of other networks");
        }
    }
    for config in &desired.configs {
        if descope(&desired.stack, &config.name).is_none() {
            asks.ask(format!("makes the config {}", config.name), "the name is not this app's");
        }
    }
}

fn is_engine_socket(path: &str) -> bool {
    ["docker.sock", "containerd.sock", "podman.sock"].iter().any(|socket| path.ends_with(socket))
}

/// Addresses that mean the machine itself: loopback, link-local (machine data of providers) and the engine's gateway name.
fn is_node_address(address: &str) -> bool {
    let address = address.trim_matches(['[', ']']).to_lowercase();
    address == "host-gateway"
        || address == "::1"
        || ["127.", "169.254.", "fe80:", "fd00:ec2:"].iter().any(|p| address.starts_with(p))
}

#[cfg(test)]
mod tests;
