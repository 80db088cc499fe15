//! `ports`.

use crate::compose::types;
use crate::stack::spec::Port;

/// Sorted by published port; ports with the same number stay in the order of the file.
pub(super) fn ports(from: &[types::Port]) -> Vec<Port> {
    let port = |p: &types::Port| Port {
        protocol: p.protocol.clone(),
        target_port: p.target,
        published_port: p.published,
        publish_mode: p.mode.clone(),
    };
    let mut ports: Vec<Port> = from.iter().map(port).collect();
    ports.sort_by_key(|p| p.published_port);
    ports
}
