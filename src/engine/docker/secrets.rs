//! Secrets: they go in and are never read back.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::query_parameters::ListSecretsOptions;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Session;
use super::read::{index, labels as of_api, millis};
use super::refusal::{of_bollard, path_piece};
use crate::engine::{EngineError, NewSecret, Result};
use crate::stack::observed::Named;
use crate::stack::spec::{Driver, Labels};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    name: &'a str,
    labels: &'a Labels,
    #[serde(skip_serializing_if = "str::is_empty")]
    data: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    driver: Option<&'a Driver>,
    #[serde(skip_serializing_if = "Option::is_none")]
    templating: Option<&'a Driver>,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "ID")]
    id: String,
}

pub(super) async fn list(session: &Session) -> Result<Vec<Named>> {
    let secrets = session.docker.list_secrets(None).await.map_err(|e| of_bollard(&e))?;
    Ok(secrets.into_iter().map(named).collect())
}

/// The engine's name filter also matches longer names.
pub(super) async fn find(session: &Session, name: &str) -> Result<Option<Named>> {
    let filters = HashMap::from([("name".to_owned(), vec![name.to_owned()])]);
    let found =
        session.docker.list_secrets(Some(ListSecretsOptions { filters: Some(filters) })).await.map_err(|e| of_bollard(&e))?;
    Ok(found.into_iter().map(named).find(|s| s.name == name))
}

fn named(raw: bollard::models::Secret) -> Named {
    let spec = raw.spec.unwrap_or_default();
    Named {
        id: raw.id.unwrap_or_default(),
        name: spec.name.unwrap_or_default(),
        version: index(raw.version),
        labels: of_api(spec.labels),
        created: raw.created_at.as_deref().map_or(0, millis),
    }
}

pub(super) async fn create(session: &Session, secret: NewSecret<'_>) -> Result<String> {
    let created: Created = session.wire.post_bytes("/secrets/create", &body(secret)?).await?;
    Ok(created.id)
}

pub(super) async fn update(session: &Session, id: &str, version: u64, secret: NewSecret<'_>) -> Result<()> {
    let path = format!("/secrets/{}/update?version={version}", path_piece("secret", id)?);
    session.wire.post_bytes(&path, &body(secret)?).await
}

/// Both copies that are made here are wiped. They get their room beforehand: a vector that grows leaves its old bytes behind.
fn body(secret: NewSecret<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let NewSecret { name, labels, data, driver, templating } = secret;
    let encoded = Zeroizing::new(STANDARD.encode(data));
    let room = encoded.len() + name.len() + labels.iter().map(|(k, v)| k.len() + v.len() + 16).sum::<usize>() + 1024;
    let mut body = Zeroizing::new(Vec::with_capacity(room * 2));
    serde_json::to_writer(&mut *body, &Request { name, labels, data: &encoded, driver, templating })
        .map_err(|e| EngineError::Refused(e.to_string()))?;
    Ok(body)
}

pub(super) async fn remove(session: &Session, id: &str) -> Result<()> {
    session.docker.delete_secret(path_piece("secret", id)?).await.map_err(|e| of_bollard(&e))
}
