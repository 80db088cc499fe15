use super::Jobs;
use crate::ops::refresh::{refresh_catalogue, refresh_recipe};

/// Reads the catalogue, then fetches those recipes that somebody uses or a member added.
pub(super) async fn run(jobs: Jobs) {
    if let Err(problem) = refresh_catalogue(&jobs.store, &jobs.catalogue).await {
        tracing::warn!(problem, "the catalogue could not be read");
    }
    let (Ok(recipes), Ok(apps)) = (jobs.store.recipes().await, jobs.store.apps().await) else { return };
    for recipe in recipes {
        let wanted = recipe.source == "member" || apps.iter().any(|a| a.recipe == recipe.name);
        if wanted && let Err(problem) = refresh_recipe(&jobs.store, &jobs.shelf, jobs.local_recipes.is_some(), &recipe).await {
            tracing::warn!(problem, recipe = recipe.name, "a recipe could not be fetched");
        }
    }
    jobs.live.poke("apps");
}
