//! What the dashboard knows, gathered for a backup of it.

use std::path::Path;

use crate::backup::state::{AppState, KeptSecret, State};
use crate::store::checkpoints::Checkpoint;
use crate::store::escrow::Escrowed;
use crate::store::{Result, Store, StoreError};

/// Where the copy of the database stands in the tree.
pub const DATABASE: &str = "canteen.sqlite";

/// Copies the database into this folder and gathers the rest. The checkpoint is taken first, so that the copy holds its entry.
pub async fn gather(store: &Store, folder: &Path) -> Result<State> {
    let (seq, hash) = store.audit_head().await?;
    let checkpoint = Checkpoint { seq, hash, signature: None }.to_string();
    store.copy_into(&folder.join(DATABASE)).await?;
    let mut apps = vec![];
    for app in store.apps().await? {
        let revision = store.env_revision(app.id, app.env_number).await?;
        let env = revision.ok_or_else(|| StoreError::Unreadable(format!("the settings of {}", app.name)))?.text;
        let origin = store.recipe(&app.recipe).await?.map(|recipe| recipe.origin).unwrap_or_default();
        let commit = store.last_converged(app.id).await?.map(|deployed| deployed.commit_id).unwrap_or_default();
        let secrets = store.escrowed(app.id).await?.into_iter().map(kept).collect();
        apps.push(AppState {
            name: app.name,
            stack: app.stack,
            recipe: app.recipe,
            origin,
            version: app.version,
            commit,
            env,
            secrets,
        });
    }
    let holders = store.holders().await?.into_iter().map(|holder| (holder.name, holder.fingerprint)).collect();
    Ok(State { apps, holders, checkpoint })
}

fn kept(escrowed: Escrowed) -> KeptSecret {
    KeptSecret { name: escrowed.name, number: escrowed.id, ciphertext: escrowed.ciphertext }
}
