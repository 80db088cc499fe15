//! Secrets: they go in and are never read back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Session;
use super::read::{index, labels as of_api, millis};
use super::refusal::{of_bollard, path_piece};
use crate::engine::{EngineError, Result};
use crate::stack::observed::Named;
use crate::stack::spec::Labels;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    name: &'a str,
    labels: &'a Labels,
    data: &'a str,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "ID")]
    id: String,
}

pub(super) async fn list(session: &Session) -> Result<Vec<Named>> {
    let secrets = session.docker.list_secrets(None).await.map_err(|e| of_bollard(&e))?;
    let ours = |s: bollard::models::Secret| {
        let spec = s.spec.unwrap_or_default();
        Named {
            id: s.id.unwrap_or_default(),
            name: spec.name.unwrap_or_default(),
            version: index(s.version),
            labels: of_api(spec.labels),
            created: s.created_at.as_deref().map_or(0, millis),
        }
    };
    Ok(secrets.into_iter().map(ours).collect())
}

/// Both copies that are made here are wiped. They get their room beforehand: a vector that grows leaves its old bytes behind.
pub(super) async fn create(session: &Session, name: &str, labels: &Labels, data: &[u8]) -> Result<String> {
    let encoded = Zeroizing::new(STANDARD.encode(data));
    let room = encoded.len() + name.len() + labels.iter().map(|(k, v)| k.len() + v.len() + 16).sum::<usize>() + 256;
    let mut body = Zeroizing::new(Vec::with_capacity(room * 2));
    serde_json::to_writer(&mut *body, &Request { name, labels, data: &encoded })
        .map_err(|e| EngineError::Refused(e.to_string()))?;
    let created: Created = session.wire.post_bytes("/secrets/create", &body).await?;
    Ok(created.id)
}

pub(super) async fn remove(session: &Session, id: &str) -> Result<()> {
    session.docker.delete_secret(path_piece("secret", id)?).await.map_err(|e| of_bollard(&e))
}
