//! What to suggest after a deploy that went wrong.

use crate::stack::names::StackName;
use crate::store::apps::App;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::shell::Link;

use super::runs;

/// The number of the operation that went wrong, and the way back to the last deployment that worked. `None` if nothing went wrong
/// since, or if exactly that deployment is on the Swarm, for the engine put it back by itself.
pub(in crate::web) async fn put_back(site: &Site, app: &App) -> Result<Option<(i32, Link)>, Failure> {
    let Some(fallback) = site.store.fallback(app.id).await? else { return Ok(None) };
    let stack = StackName::parse(&app.stack).map_err(|e| Failure::broken(e.to_string()))?;
    let observed = site.feed.latest().swarm.stack(&stack);
    let chosen = site.store.chosen_replicas(app.id).await?;
    if observed.at > 0 && runs(&fallback.deployment, &observed, &chosen) {
        return Ok(None);
    }
    let href = format!("/apps/{}/deployments/{}", app.name, fallback.deployment.id);
    Ok(Some((fallback.failed, Link { label: "Put back the last deployment that worked".to_owned(), href })))
}
