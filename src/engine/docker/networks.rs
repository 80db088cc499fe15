//! Networks.

use serde::{Deserialize, Serialize};

use super::Session;
use super::read::labels;
use super::refusal::{of_bollard, path_piece};
use crate::engine::{EngineError, Result};
use crate::stack::observed::Network;
use crate::stack::spec::{Labels, NetworkSpec};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    #[serde(flatten)]
    spec: &'a NetworkSpec,
    /// Without it, engines before API 1.44 make a second network of the same name; later ones never do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    check_duplicate: bool,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "Id")]
    id: String,
}

/// A network that was made a moment ago has no driver yet: the Swarm tells it once the network has a subnet.
pub(super) async fn list(session: &Session) -> Result<Vec<Network>> {
    let networks = session.docker.list_networks(None).await.map_err(|e| of_bollard(&e))?;
    let ours = |n: bollard::models::Network| Network {
        id: n.id.unwrap_or_default(),
        name: n.name.unwrap_or_default(),
        scope: n.scope.unwrap_or_default(),
        driver: n.driver.unwrap_or_default(),
        labels: labels(n.labels),
    };
    Ok(networks.into_iter().map(ours).collect())
}

/// The engine also takes an id, or the beginning of one, for a name.
pub(super) async fn find(session: &Session, name: &str) -> Result<Option<Network>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    #[derive(Default)]
    struct Raw {
        id: String,
        name: String,
        scope: String,
        driver: String,
        labels: Option<Labels>,
    }
    let path = format!("/networks/{}", path_piece("network", name)?);
    match session.wire.get::<Raw>(&path, &[]).await {
        Ok(n) if n.name == name => {
            Ok(Some(Network { id: n.id, name: n.name, scope: n.scope, driver: n.driver, labels: n.labels.unwrap_or_default() }))
        }
        Ok(_) | Err(EngineError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn create(session: &Session, spec: &NetworkSpec) -> Result<String> {
    let check_duplicate = session.api < (1, 44);
    let created: Created = session.wire.post("/networks/create", &Request { spec, check_duplicate }, None).await?;
    Ok(created.id)
}

pub(super) async fn remove(session: &Session, id: &str) -> Result<()> {
    session.docker.remove_network(path_piece("network", id)?).await.map_err(|e| of_bollard(&e))
}
