//! Containers of this node.

use std::collections::HashMap;

use bollard::query_parameters::ListContainersOptions;

use super::Session;
use super::read::of_stack;
use super::refusal::{of_bollard, path_piece};
use crate::engine::{Container, Result};

/// Those that carry the stack's label, running or not.
pub(super) async fn list(session: &Session, stack: &str) -> Result<Vec<Container>> {
    let options = ListContainersOptions { all: true, filters: Some(of_stack(stack)), ..Default::default() };
    let listed = session.docker.list_containers(Some(options)).await.map_err(|e| of_bollard(&e))?;
    let ended = |state: &str| matches!(state, "exited" | "dead" | "created");
    Ok(listed
        .into_iter()
        .map(|c| Container { running: !c.state.is_some_and(|state| ended(state.as_ref())), id: c.id.unwrap_or_default() })
        .collect())
}

/// A running one of this service. Each container of a Swarm says by a label of the engine's which service it is of.
pub(super) async fn of_service(session: &Session, service: &str) -> Result<Option<String>> {
    let filters = HashMap::from([
        ("label".to_owned(), vec![format!("com.docker.swarm.service.name={service}")]),
        ("status".to_owned(), vec!["running".to_owned()]),
    ]);
    let options = ListContainersOptions { filters: Some(filters), ..Default::default() };
    let listed = session.docker.list_containers(Some(options)).await.map_err(|e| of_bollard(&e))?;
    Ok(listed.into_iter().find_map(|c| c.id))
}

/// The engine refuses one that runs.
pub(super) async fn remove(session: &Session, id: &str) -> Result<()> {
    session.docker.remove_container(path_piece("container", id)?, None).await.map_err(|e| of_bollard(&e))
}
