//! Configs: bytes that are not secret. The API carries them in base64.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::models;
use bollard::query_parameters::ListConfigsOptions;
use serde::{Deserialize, Serialize};

use super::Session;
use super::read::{index, labels, millis};
use super::refusal::{of_bollard, path_piece};
use crate::engine::{EngineError, Result};
use crate::stack::observed::Config;
use crate::stack::spec::ConfigSpec;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    #[serde(flatten)]
    spec: &'a ConfigSpec,
    data: String,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "ID")]
    id: String,
}

pub(super) async fn list(session: &Session) -> Result<Vec<Config>> {
    let configs = session.docker.list_configs(None).await.map_err(|e| of_bollard(&e))?;
    configs.into_iter().map(config).collect()
}

/// The engine's name filter also matches longer names.
pub(super) async fn find(session: &Session, name: &str) -> Result<Option<Config>> {
    let filters = HashMap::from([("name".to_owned(), vec![name.to_owned()])]);
    let found =
        session.docker.list_configs(Some(ListConfigsOptions { filters: Some(filters) })).await.map_err(|e| of_bollard(&e))?;
    let exact = |c: &models::Config| c.spec.as_ref().and_then(|s| s.name.as_deref()) == Some(name);
    found.into_iter().find(exact).map(config).transpose()
}

fn config(raw: models::Config) -> Result<Config> {
    let spec = raw.spec.unwrap_or_default();
    let name = spec.name.unwrap_or_default();
    let data = STANDARD
        .decode(spec.data.unwrap_or_default())
        .map_err(|e| EngineError::Unreadable(format!("the bytes of config `{name}`: {e}")))?;
    Ok(Config {
        id: raw.id.unwrap_or_default(),
        name,
        version: index(raw.version),
        labels: labels(spec.labels),
        data,
        templating: spec.templating.and_then(|t| t.name.into()),
        created: raw.created_at.as_deref().map_or(0, millis),
    })
}

pub(super) async fn create(session: &Session, spec: &ConfigSpec) -> Result<String> {
    let created: Created = session.wire.post("/configs/create", &Request { spec, data: STANDARD.encode(&spec.data) }, None).await?;
    Ok(created.id)
}

pub(super) async fn update(session: &Session, id: &str, version: u64, spec: &ConfigSpec) -> Result<()> {
    let path = format!("/configs/{}/update?version={version}", path_piece("config", id)?);
    session.wire.post::<()>(&path, &Request { spec, data: STANDARD.encode(&spec.data) }, None).await
}

pub(super) async fn remove(session: &Session, id: &str) -> Result<()> {
    session.docker.delete_config(path_piece("config", id)?).await.map_err(|e| of_bollard(&e))
}
