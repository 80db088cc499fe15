//! Where tasks run, what they take of nodes, which ports they open and where their log goes.

use serde_json::Value;

use super::super::spec::{Port, ServiceSpec};
use super::Asks;
use super::table::Kind;

/// Published ports that belong to the machine, the proxy or the Swarm.
const RESERVED: &[u32] = &[22, 80, 443, 2375, 2376, 2377, 4789, 7946];
/// Log drivers that keep the log on the node.
const LOCAL_LOGS: &[&str] = &["", "json-file", "local", "journald", "none"];

pub(super) fn asks(service: &ServiceSpec, asks: &mut Asks<'_>) {
    let task = &service.task_template;
    if service.mode.global.is_some() || service.mode.global_job.is_some() {
        asks.ask(Kind::Placement, "deploy.mode", "global", "runs on every node");
    }
    for constraint in task.placement.constraints.iter().filter(|c| chooses_managers(c)) {
        asks.ask(Kind::Placement, "deploy.placement.constraints", constraint, format!("runs on managers: {constraint}"));
    }
    for preference in task.placement.preferences.iter().filter(|p| !is_spread(p)) {
        asks.ask(Kind::Unknown, "deploy.placement.preferences", "preferences", format!("the preference {preference}"));
    }
    if let Some(driver) = task.log_driver.as_ref().filter(|d| !LOCAL_LOGS.contains(&d.name.as_str())) {
        asks.ask(Kind::LogAway, "logging.driver", &driver.name, format!("log driver {}", driver.name));
    }
    let limits = task.resources.limits.iter().chain(&task.resources.reservations);
    for resource in limits.flat_map(|l| &l.generic_resources) {
        let kind = resource.pointer("/DiscreteResourceSpec/Kind").or_else(|| resource.pointer("/NamedResourceSpec/Kind"));
        match kind.and_then(Value::as_str) {
            Some(device) => asks.ask(Kind::Device, "deploy.resources", device, format!("the device {device}")),
            None => asks.ask(Kind::Unknown, "deploy.resources", "generic_resources", format!("the resource {resource}")),
        }
    }
    for port in &service.endpoint_spec.ports {
        published(port, asks);
    }
}

/// The Swarm reads constraints without regard to blanks and capitals, and there are two roles.
fn chooses_managers(constraint: &str) -> bool {
    let constraint: String = constraint.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    matches!(constraint.as_str(), "node.role==manager" | "node.role!=worker")
}

fn is_spread(preference: &Value) -> bool {
    let only = |value: &Value, key: &str| value.as_object().is_some_and(|o| o.len() == 1 && o.contains_key(key));
    only(preference, "Spread") && preference.get("Spread").is_some_and(|s| only(s, "SpreadDescriptor"))
}

fn published(port: &Port, asks: &mut Asks<'_>) {
    let protocol = if port.protocol.is_empty() { "tcp" } else { &port.protocol };
    let (path, subject) = (format!("ports.{}", port.target_port), format!("{}/{protocol}", port.published_port));
    if port.publish_mode.trim().eq_ignore_ascii_case("host") {
        let number = if port.published_port == 0 { "some port".to_owned() } else { format!("port {subject}") };
        asks.ask(Kind::Port, &path, &subject, format!("{number} on the node itself"));
    } else if !matches!(port.publish_mode.as_str(), "" | "ingress") {
        asks.ask(Kind::Unknown, &path, &subject, format!("port {subject} in the unknown mode {}", port.publish_mode));
    }
    if RESERVED.contains(&port.published_port) {
        asks.ask(Kind::Port, &path, &subject, format!("port {subject}, which belongs to the machine, the proxy or the Swarm"));
    } else if (1..1024).contains(&port.published_port) {
        asks.ask(Kind::Port, &path, &subject, format!("port {subject}, which is one for services of the machine"));
    }
}
