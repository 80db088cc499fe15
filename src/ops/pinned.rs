//! What the app's settings are to be when an operation has reached its end.

use crate::commands::operation_finish::Pinned;
use crate::store::Store;
use crate::store::apps::{App, EnvRevision};
use crate::store::operations::Operation;

use super::ended::{Ended, OpError};
use super::order::{RollbackWanted, Wanted};
use super::run::Run;

/// After a deploy the newest settings name the version that runs. After going back they are those of the earlier deployment, unless
/// somebody saved others meanwhile.
pub(super) async fn pinned(store: &Store, run: &Run, operation: &Operation, ended: &Ended) -> Result<Option<Pinned>, OpError> {
    let (Some(version), Some(app)) = (&ended.version, store.app_by_id(operation.app_id).await?) else { return Ok(None) };
    let Some(newest) = store.env_revision(app.id, app.env_number).await? else { return Ok(None) };
    let wanted = serde_json::from_str(&operation.wanted);
    // What was deployed is there again; nobody asked for other settings.
    if matches!(&wanted, Ok(Wanted::Rollback(wanted)) if wanted.reapply) {
        return Ok(None);
    }
    let pinned = match (wanted, &ended.deployment) {
        (Ok(Wanted::Rollback(wanted)), Some(deployment)) => {
            let then = store.env_revision(app.id, deployment.env_number).await?;
            back(run, &app, newest, then, &wanted).await?
        }
        (wanted, _) => Pinned {
            version: version.clone(),
            recipe: app.recipe,
            env: newest.text.clone(),
            newest: newest.text,
            env_number: newest.number,
            reason: if matches!(wanted, Ok(Wanted::Adopt(_))) {
                format!("kept {version}, which another tool deployed")
            } else {
                format!("deployed {version}")
            },
        },
    };
    Ok(Some(pinned))
}

async fn back(
    run: &Run,
    app: &App,
    newest: EnvRevision,
    then: Option<EnvRevision>,
    wanted: &RollbackWanted,
) -> Result<Pinned, OpError> {
    if newest.number != wanted.env_number {
        run.warn("somebody saved other settings meanwhile, so they stand; they are not the ones that run now").await?;
    }
    Ok(Pinned {
        version: wanted.version.clone(),
        recipe: app.recipe.clone(),
        env: then.map_or_else(|| newest.text.clone(), |r| r.text),
        newest: newest.text,
        env_number: wanted.env_number,
        reason: format!("went back to deployment {}", wanted.deployment),
    })
}
