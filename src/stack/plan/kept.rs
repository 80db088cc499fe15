//! What engines change without a word in a spec that they take.

use crate::stack::observed::Network;
use crate::stack::spec::{EndpointSpec, Mount, NetworkAttachment, ServiceSpec, TaskSpec};

/// The largest number of a port; engines keep the low bits of larger ones.
const PORT_MAX: u32 = 65_535;

/// `now` with everything as in `sent` that the engine did not keep: that it is missing is nobody's doing.
pub(super) fn as_sent(sent: &ServiceSpec, now: &ServiceSpec, networks: &[Network]) -> ServiceSpec {
    let mut now = now.clone();
    name_unlisted(&sent.task_template.networks, &mut now.task_template.networks, networks);
    take_back_dropped(&sent.task_template, &mut now.task_template);
    take_back_ports(&sent.endpoint_spec, &mut now.endpoint_spec);
    now
}

/// The engine gives networks an id that no list shows if every node has one of that name, like `host`. Such ids are taken for the
/// names that no list shows.
fn name_unlisted(sent: &[NetworkAttachment], now: &mut [NetworkAttachment], networks: &[Network]) {
    let listed = |target: &str| networks.iter().any(|n| n.scope == "swarm" && (n.id == target || n.name == target));
    let mut names = sent.iter().map(|a| &a.target).filter(|name| !listed(name));
    for attachment in now.iter_mut().filter(|a| !listed(&a.target)) {
        if let Some(name) = names.next() {
            attachment.target.clone_from(name);
        }
    }
}

/// Engines leave out, without a word, what they are too old for or have no use for. That it is missing is nobody's doing.
fn take_back_dropped(sent: &TaskSpec, now: &mut TaskSpec) {
    let (sent, now) = (&sent.container_spec, &mut now.container_spec);
    if let (Some(sent), Some(now)) = (&sent.healthcheck, &mut now.healthcheck)
        && now.start_interval == 0
    {
        now.start_interval = sent.start_interval;
    }
    for mount in &mut now.mounts {
        if let Some(sent) = sent.mounts.iter().find(|m| m.target == mount.target && m.source == mount.source) {
            take_back_mount(sent, mount);
        }
    }
}

fn take_back_mount(sent: &Mount, now: &mut Mount) {
    now.consistency.clone_from(&sent.consistency);
    now.cluster_options.clone_from(&sent.cluster_options);
    if let Some(sent) = &sent.volume_options {
        let now = now.volume_options.get_or_insert_default();
        if now.subpath.is_empty() {
            now.subpath.clone_from(&sent.subpath);
        }
    }
}

/// Protocols and modes that engines don't know become the ordinary ones.
fn take_back_ports(sent: &EndpointSpec, now: &mut EndpointSpec) {
    for port in &mut now.ports {
        let low = |number: u32| number & PORT_MAX;
        let same =
            |p: &&crate::stack::spec::Port| p.target_port == port.target_port && low(p.published_port) == port.published_port;
        let Some(sent) = sent.ports.iter().find(same) else { continue };
        port.published_port = sent.published_port;
        if !matches!(sent.protocol.as_str(), "" | "tcp" | "udp" | "sctp") && port.protocol == "tcp" {
            port.protocol.clone_from(&sent.protocol);
        }
        if !matches!(sent.publish_mode.as_str(), "" | "ingress" | "host") && port.publish_mode == "ingress" {
            port.publish_mode.clone_from(&sent.publish_mode);
        }
    }
}
