//! Services and their tasks, in our own types from end to end.

use std::collections::HashSet;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Session;
use super::read::millis;
use super::refusal::{of_bollard, path_piece};
use crate::engine::{RegistryAuth, Result};
use crate::stack::observed::{Service, Task, UpdateStatus};
use crate::stack::spec::ServiceSpec;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawService {
    #[serde(rename = "ID")]
    id: String,
    version: Index,
    created_at: String,
    updated_at: String,
    spec: ServiceSpec,
    previous_spec: Option<IgnoredAny>,
    update_status: Option<RawUpdate>,
    job_status: Option<RawJob>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Index {
    index: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct RawUpdate {
    state: String,
    message: String,
    started_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawJob {
    #[serde(default)]
    job_iteration: Index,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawTask {
    #[serde(rename = "ID")]
    id: String,
    created_at: String,
    updated_at: String,
    #[serde(default)]
    spec: RawTaskSpec,
    #[serde(rename = "ServiceID", default)]
    service: String,
    #[serde(default)]
    slot: u64,
    #[serde(rename = "NodeID", default)]
    node: String,
    status: RawStatus,
    #[serde(default)]
    desired_state: String,
    job_iteration: Option<Index>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawTaskSpec {
    container_spec: RawImage,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawImage {
    image: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawStatus {
    state: String,
    message: String,
    err: String,
    container_status: Option<RawContainer>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawContainer {
    #[serde(rename = "ContainerID")]
    id: String,
    exit_code: i64,
}

#[derive(Deserialize)]
struct Identified {
    #[serde(rename = "ID")]
    id: String,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Warnings", default)]
    warnings: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Updated {
    #[serde(rename = "Warnings", default)]
    warnings: Option<Vec<String>>,
}

pub(super) async fn list(session: &Session) -> Result<Vec<Service>> {
    let raw: Vec<RawService> = session.wire.get("/services", &[]).await?;
    Ok(raw.into_iter().map(service).collect())
}

fn service(raw: RawService) -> Service {
    Service {
        id: raw.id,
        version: raw.version.index,
        spec: raw.spec,
        has_previous: raw.previous_spec.is_some(),
        update: raw.update_status.filter(|u| !u.state.is_empty()).map(|u| UpdateStatus {
            state: u.state,
            message: u.message,
            started: u.started_at.as_deref().map_or(0, millis),
        }),
        job_iteration: raw.job_status.map(|j| j.job_iteration.index),
        created: millis(&raw.created_at),
        updated: millis(&raw.updated_at),
    }
}

/// All tasks. A second list, filtered by the engine, tells which of them run the present spec.
pub(super) async fn tasks(session: &Session) -> Result<Vec<Task>> {
    let (all, current) = futures_util::try_join!(
        session.wire.get::<Vec<RawTask>>("/tasks", &[]),
        session.wire.get::<Vec<Identified>>("/tasks", &[("filters", r#"{"_up-to-date":["true"]}"#)]),
    )?;
    let current: HashSet<String> = current.into_iter().map(|t| t.id).collect();
    Ok(all.into_iter().map(|raw| task(raw, &current)).collect())
}

fn task(raw: RawTask, current: &HashSet<String>) -> Task {
    let container = raw.status.container_status.filter(|c| !c.id.is_empty());
    // The engine writes exit code 0 for a container that still runs.
    let ended = matches!(raw.status.state.as_str(), "complete" | "failed" | "shutdown");
    Task {
        current: current.contains(&raw.id),
        id: raw.id,
        service: raw.service,
        slot: raw.slot,
        node: raw.node,
        exit_code: container.as_ref().filter(|_| ended).map(|c| c.exit_code),
        container: container.map(|c| c.id),
        state: raw.status.state,
        desired: raw.desired_state,
        message: raw.status.message,
        error: raw.status.err,
        image: raw.spec.container_spec.image,
        job_iteration: raw.job_iteration.map(|i| i.index),
        created: millis(&raw.created_at),
        updated: millis(&raw.updated_at),
    }
}

pub(super) async fn create(session: &Session, spec: &ServiceSpec, auth: Option<&RegistryAuth>) -> Result<(String, Vec<String>)> {
    let created: Created = session.wire.post("/services/create", spec, auth).await?;
    Ok((created.id, created.warnings.unwrap_or_default()))
}

pub(super) async fn update(
    session: &Session,
    id: &str,
    version: u64,
    spec: &ServiceSpec,
    auth: Option<&RegistryAuth>,
) -> Result<Vec<String>> {
    let id = path_piece("service", id)?;
    let updated: Updated = session.wire.post(&format!("/services/{id}/update?version={version}"), spec, auth).await?;
    Ok(updated.warnings.unwrap_or_default())
}

pub(super) async fn remove(session: &Session, id: &str) -> Result<()> {
    session.docker.delete_service(path_piece("service", id)?).await.map_err(|e| of_bollard(&e))
}
