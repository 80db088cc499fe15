//! Containers of this node.

use bollard::query_parameters::{ListContainersOptions, RemoveContainerOptions};

use super::Session;
use super::read::of_stack;
use super::refusal::{of_bollard, path_piece};
use crate::engine::Result;

/// Ids of those that carry the stack's label, running or not.
pub(super) async fn list(session: &Session, stack: &str) -> Result<Vec<String>> {
    let options = ListContainersOptions { all: true, filters: Some(of_stack(stack)), ..Default::default() };
    let listed = session.docker.list_containers(Some(options)).await.map_err(|e| of_bollard(&e))?;
    Ok(listed.into_iter().filter_map(|c| c.id).collect())
}

/// Its anonymous volumes stay, as they do when a task ends.
pub(super) async fn remove(session: &Session, id: &str) -> Result<()> {
    let options = RemoveContainerOptions { force: true, ..Default::default() };
    session.docker.remove_container(path_piece("container", id)?, Some(options)).await.map_err(|e| of_bollard(&e))
}
