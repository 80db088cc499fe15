//! Keys that are refused, and keys that are accepted without effect.

use super::{error::ComposeError, value::Node};

const FORBIDDEN: [(&str, &str); 8] = [
    ("extends", "write the service out"),
    ("volume_driver", "set the driver at the volume"),
    ("volumes_from", "share a named volume"),
    ("cpu_quota", "set deploy.resources"),
    ("cpu_shares", "set deploy.resources"),
    ("cpuset", "set deploy.resources"),
    ("mem_limit", "set deploy.resources"),
    ("memswap_limit", "set deploy.resources"),
];

const WITHOUT_EFFECT: [(&str, &str); 20] = [
    ("build", "Swarm does not build images"),
    ("cgroup_parent", "Swarm ignores it"),
    ("cgroupns_mode", "Swarm ignores it"),
    ("container_name", "Swarm names the containers itself"),
    ("depends_on", "Swarm starts services in any order, so the service must survive until the others are there"),
    ("devices", "Swarm ignores it"),
    ("domainname", "Swarm ignores it"),
    ("expose", "services on one network reach each other's ports anyway"),
    ("external_links", "Swarm ignores it; use networks"),
    ("ipc", "Swarm ignores it"),
    ("links", "Swarm ignores it; use networks"),
    ("mac_address", "Swarm ignores it"),
    ("network_mode", "Swarm ignores it; use networks"),
    ("oom_score_adj", "Swarm ignores it"),
    ("pid", "Swarm ignores it"),
    ("privileged", "Swarm ignores it"),
    ("security_opt", "Swarm ignores it"),
    ("shm_size", "Swarm ignores it; mount a tmpfs at /dev/shm"),
    ("tmpfs", "Swarm ignores it; use a volume of type tmpfs"),
    ("userns_mode", "Swarm ignores it"),
];

/// Refuses a file with keys that belong to the first versions of the format.
pub(super) fn forbid(root: &Node) -> Result<(), ComposeError> {
    let services = root.get("services").and_then(Node::as_map).into_iter().flatten();
    for (name, service) in services {
        if let Some((key, hint)) = FORBIDDEN.iter().find(|(key, _)| service.get(key).is_some()) {
            return Err(ComposeError::at(format!("services.{name}.{key}"), "Swarm does not take this key", *hint));
        }
    }
    Ok(())
}

/// The keys of a service that a stack does not follow, with the reasons.
pub fn ignored_keys(service: &Node) -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<_> = WITHOUT_EFFECT.into_iter().filter(|(key, _)| service.get(key).is_some()).collect();
    if service.get("restart").is_some() {
        let text = if service.get("deploy").is_some_and(|deploy| deploy.get("restart_policy").is_some()) {
            "Swarm ignores it: deploy.restart_policy counts"
        } else {
            "it is read as deploy.restart_policy, and `no` is not: write the policy out"
        };
        found.push(("restart", text));
    }
    found
}

/// Path and text of every key that has no effect.
pub(super) fn without_effect(root: &Node) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, service) in root.get("services").and_then(Node::as_map).into_iter().flatten() {
        found.extend(ignored_keys(service).into_iter().map(|(key, text)| (format!("services.{name}.{key}"), text.to_owned())));
        for (network, attachment) in service.get("networks").and_then(Node::as_map).into_iter().flatten() {
            for key in ["ipv4_address", "ipv6_address"] {
                if attachment.get(key).is_some() {
                    found.push((format!("services.{name}.networks.{network}.{key}"), "Swarm ignores it".to_owned()));
                }
            }
        }
    }
    found
}
