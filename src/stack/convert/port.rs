//! `ports`.

use super::order;
use crate::compose::types;
use crate::stack::spec::Port;

/// Sorted by published port; see [`order`] for ports with the same number.
pub(super) fn ports(from: &[types::Port]) -> Vec<Port> {
    let port = |p: &types::Port| Port {
        protocol: p.protocol.clone(),
        target_port: p.target,
        published_port: p.published,
        publish_mode: p.mode.clone(),
    };
    let mut ports: Vec<Port> = from.iter().map(port).collect();
    order::sort_by_key(&mut ports, |p| p.published_port);
    ports
}
