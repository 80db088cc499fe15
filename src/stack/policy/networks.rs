//! Networks that a service joins, and networks that a stack makes.

use super::super::names::descope;
use super::super::spec::{NetworkSpec, ServiceSpec};
use super::around::Around;
use super::table::Kind;
use super::{Asks, Look};

/// Options of a network that act on nothing else.
const PLAIN: &[&str] = &["encrypted", "com.docker.network.driver.mtu"];

/// Networks that the service joins although they are not the stack's.
pub(super) fn attached(look: &Look<'_>, service: &ServiceSpec, asks: &mut Asks<'_>) {
    for attachment in &service.task_template.networks {
        let name = look.around.network_name(&attachment.target);
        let path = format!("networks.{}", look.short(name));
        if matches!(name, "host" | "bridge" | "none" | "docker_gwbridge" | "ingress") || name.starts_with("container:") {
            asks.ask(Kind::NodeNetwork, &path, name, format!("network {name}"));
        } else if Around::shares_network(name) {
            for alias in attachment.aliases.iter().filter(|alias| !is_own_name(look, service, alias)) {
                asks.ask(Kind::ForeignNetwork, &path, alias.as_str(), format!("answers to the name {alias} on the network {name}"));
            }
        } else if !look.around.owns_network(name) && !look.desired.networks.iter().any(|n| n.name == name) {
            asks.ask(Kind::ForeignNetwork, &path, name, format!("network {name}"));
        }
        if !attachment.driver_opts.is_empty() {
            asks.ask(Kind::NetworkShape, &path, name, format!("driver options of network {name}"));
        }
    }
}

/// On a network that all apps share, a service has the name that it has anyway, those of its stack, and those of its app's addresses that nobody else has.
fn is_own_name(look: &Look<'_>, service: &ServiceSpec, alias: &str) -> bool {
    descope(&look.desired.stack, &service.name) == Some(alias)
        || look.around.owns_route(alias)
        || look.desired.domains.iter().any(|d| d.eq_ignore_ascii_case(alias) && look.around.others_at(d).is_none())
}

/// A network that the stack makes.
pub(super) fn made(look: &Look<'_>, network: &NetworkSpec, asks: &mut Asks<'_>) {
    let (name, path) = (network.name.as_str(), format!("networks.{}", look.short(&network.name)));
    if network.driver != "overlay" {
        asks.ask(Kind::NetworkShape, &path, &network.driver, format!("network {name} of the driver {}", network.driver));
    }
    if !look.around.owns_network(name) {
        asks.ask(Kind::ForeignNetwork, &path, name, format!("makes the network {name}"));
    }
    let options: Vec<&str> = network.options.keys().map(String::as_str).filter(|o| !PLAIN.contains(o)).collect();
    if !options.is_empty() {
        asks.ask(Kind::NetworkShape, &path, name, format!("network {name} with {}", options.join(", ")));
    }
    if network.ipam.is_some() {
        asks.ask(Kind::NetworkShape, &path, name, format!("network {name} with its own addresses"));
    }
}
