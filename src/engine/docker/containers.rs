//! Containers of this node.

use bollard::query_parameters::ListContainersOptions;

use super::Session;
use super::read::of_stack;
use super::refusal::of_bollard;
use crate::engine::Result;

/// Ids of those that carry the stack's label, running or not.
pub(super) async fn list(session: &Session, stack: &str) -> Result<Vec<String>> {
    let options = ListContainersOptions { all: true, filters: Some(of_stack(stack)), ..Default::default() };
    let listed = session.docker.list_containers(Some(options)).await.map_err(|e| of_bollard(&e))?;
    Ok(listed.into_iter().filter_map(|c| c.id).collect())
}
