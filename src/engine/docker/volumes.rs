//! Volumes: made by the engine where a task mounts them, and never removed by it.

use bollard::query_parameters::RemoveVolumeOptions;

use super::Session;
use super::refusal::{of_bollard, path_piece};
use crate::engine::Result;

pub(super) async fn remove(session: &Session, name: &str) -> Result<()> {
    let name = path_piece("volume", name)?;
    session.docker.remove_volume(name, None::<RemoveVolumeOptions>).await.map_err(|e| of_bollard(&e))
}
