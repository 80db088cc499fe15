//! Volumes: made by the engine where a task mounts them, and never removed by it.

use bollard::query_parameters::RemoveVolumeOptions;

use super::Session;
use super::read;
use super::refusal::{of_bollard, path_piece};
use crate::engine::{EngineError, Result};
use crate::stack::spec::Labels;

pub(super) async fn remove(session: &Session, name: &str) -> Result<()> {
    let name = path_piece("volume", name)?;
    session.docker.remove_volume(name, None::<RemoveVolumeOptions>).await.map_err(|e| of_bollard(&e))
}

/// What the volume says of itself.
pub(super) async fn labels(session: &Session, name: &str) -> Result<Option<Labels>> {
    let name = path_piece("volume", name)?;
    match session.docker.inspect_volume(name).await.map_err(|e| of_bollard(&e)) {
        Ok(volume) => Ok(Some(read::labels(Some(volume.labels)))),
        Err(EngineError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
