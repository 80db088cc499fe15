//! Facts about the engine, and everything on the Swarm at once.

use std::collections::HashMap;

use bollard::models::{self, ObjectVersion};
use bollard::query_parameters::ListVolumesOptions;
use futures_util::try_join;

use super::refusal::of_bollard;
use super::{Session, configs, networks, secrets, services};
use crate::engine::Result;
use crate::stack::observed::{EngineInfo, Millis, NAMESPACE_LABEL, Node, Swarm};
use crate::stack::spec::Labels;

pub(super) async fn info(session: &Session) -> Result<EngineInfo> {
    let (info, version) = try_join!(session.docker.info(), session.docker.version()).map_err(|e| of_bollard(&e))?;
    let swarm = info.swarm.unwrap_or_default();
    Ok(EngineInfo {
        version: info.server_version.unwrap_or_default(),
        api_version: version.api_version.unwrap_or_default(),
        swarm_state: swarm.local_node_state.map(|s| s.to_string()).unwrap_or_default(),
        is_manager: swarm.control_available.unwrap_or_default(),
        node_id: swarm.node_id.unwrap_or_default(),
        swarm_id: swarm.cluster.and_then(|c| c.id).unwrap_or_default(),
        data_root: info.docker_root_dir.unwrap_or_default(),
        warnings: info.warnings.unwrap_or_default(),
    })
}

pub(super) async fn swarm(session: &Session, at: Millis) -> Result<Swarm> {
    let (services, tasks, nodes, networks, secrets, configs) = try_join!(
        services::list(session),
        services::tasks(session),
        nodes(session),
        networks::list(session),
        secrets::list(session),
        configs::list(session),
    )?;
    Ok(Swarm { at, nodes, services, tasks, networks, secrets, configs, ..Swarm::default() })
}

async fn nodes(session: &Session) -> Result<Vec<Node>> {
    let nodes = session.docker.list_nodes(None).await.map_err(|e| of_bollard(&e))?;
    Ok(nodes.into_iter().map(node).collect())
}

fn node(node: models::Node) -> Node {
    let spec = node.spec.unwrap_or_default();
    let description = node.description.unwrap_or_default();
    Node {
        id: node.id.unwrap_or_default(),
        hostname: description.hostname.unwrap_or_default(),
        manager: node.manager_status.is_some(),
        state: node.status.and_then(|s| s.state).map(|s| s.to_string()).unwrap_or_default(),
        availability: spec.availability.map(|a| a.to_string()).unwrap_or_default(),
        labels: labels(spec.labels),
        engine_version: description.engine.and_then(|e| e.engine_version).unwrap_or_default(),
    }
}

pub(super) async fn volumes(session: &Session, stack: &str) -> Result<Vec<String>> {
    let options = ListVolumesOptions { filters: Some(of_stack(stack)) };
    let listed = session.docker.list_volumes(Some(options)).await.map_err(|e| of_bollard(&e))?;
    let mut names: Vec<String> = listed.volumes.unwrap_or_default().into_iter().map(|v| v.name).collect();
    names.sort();
    Ok(names)
}

pub(super) fn of_stack(stack: &str) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), vec![format!("{NAMESPACE_LABEL}={stack}")])])
}

pub(super) fn labels(labels: Option<HashMap<String, String>>) -> Labels {
    labels.unwrap_or_default().into_iter().collect()
}

pub(super) fn index(version: Option<ObjectVersion>) -> u64 {
    version.and_then(|v| v.index).unwrap_or_default()
}

/// Milliseconds of one of the engine's timestamps. Zero for a time that it never set, which it writes as the year 1.
pub(super) fn millis(timestamp: &str) -> Millis {
    timestamp.parse::<jiff::Timestamp>().map_or(0, |t| t.as_millisecond().max(0))
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn a_time_that_was_never_set_is_zero() {
        assert_eq!(millis("2026-11-22T10:00:00.123456789Z"), 1_795_341_600_123);
        assert_eq!(millis("0001-01-01T00:00:00Z"), 0);
        assert_eq!(millis(""), 0);
    }
}
