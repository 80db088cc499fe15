//! What a container's health check said.

use bollard::models::HealthStatusEnum;

use super::Session;
use super::refusal::{of_bollard, path_piece};
use crate::engine::{EngineError, Result};
use crate::stack::observed::Health;

pub(super) async fn of(session: &Session, container: &str) -> Result<Option<Health>> {
    let Ok(container) = path_piece("container", container) else { return Ok(None) };
    let found = match session.docker.inspect_container(container, None).await.map_err(|e| of_bollard(&e)) {
        Err(EngineError::NotFound { .. }) => return Ok(None),
        found => found?,
    };
    let Some(health) = found.state.and_then(|s| s.health) else { return Ok(None) };
    let status = match health.status {
        Some(HealthStatusEnum::STARTING) => "starting",
        Some(HealthStatusEnum::HEALTHY) => "healthy",
        Some(HealthStatusEnum::UNHEALTHY) => "unhealthy",
        Some(HealthStatusEnum::NONE | HealthStatusEnum::EMPTY) | None => return Ok(None),
    };
    let last = health.log.unwrap_or_default().pop();
    Ok(Some(Health {
        status: status.to_owned(),
        failing_streak: health.failing_streak.unwrap_or_default(),
        last: last.map(|probe| (probe.exit_code.unwrap_or_default(), probe.output.unwrap_or_default().trim_end().to_owned())),
    }))
}
