use super::Jobs;
use crate::access::action::RefreshRecipe;
use crate::access::{Actor, Grant, Target};
use crate::ops::refresh::{refresh_all, refresh_catalogue};

/// Reads the catalogue, then fetches those recipes that somebody uses, a member added, or that were fetched before. All others
/// are fetched when somebody first looks at them, or asks for all.
pub(super) async fn run(jobs: Jobs) {
    if let Err(problem) = refresh_catalogue(&jobs.store, &jobs.catalogue).await {
        tracing::warn!(problem, "the catalogue could not be read");
    }
    let (Ok(recipes), Ok(apps)) = (jobs.store.recipes().await, jobs.store.apps().await) else { return };
    let wanted = recipes.into_iter().filter(|recipe| {
        recipe.source == "member" || recipe.refreshed_at.is_some() || apps.iter().any(|app| app.recipe == recipe.name)
    });
    let wanted: Vec<_> = wanted.collect();
    let Ok(may) = Grant::<RefreshRecipe>::judge(Actor::Scheduler, Target::Site) else { return };
    // A member who asked for all recipes a moment ago has begun the same work.
    if let Some(sweep) = jobs.shelf.begin_sweep(wanted.len()).filter(|_| !wanted.is_empty()) {
        let local = jobs.local_recipes.is_some();
        let done = refresh_all(&may, sweep, &jobs.store, &jobs.shelf, &jobs.live, local, wanted).await;
        tracing::info!(fetched = done.total, failed = done.failed, "recipes were fetched");
    }
    jobs.live.poke("apps");
}
