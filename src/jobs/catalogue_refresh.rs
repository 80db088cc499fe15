use super::Jobs;
use crate::access::action::RefreshRecipe;
use crate::access::{Actor, Grant, Target};
use crate::commands::recipe_refresh;
use crate::ops::refresh::{refresh_catalogue, refresh_recipe};

/// Reads the catalogue, then fetches those recipes that somebody uses or a member added.
pub(super) async fn run(jobs: Jobs) {
    if let Err(problem) = refresh_catalogue(&jobs.store, &jobs.catalogue).await {
        tracing::warn!(problem, "the catalogue could not be read");
    }
    let (Ok(recipes), Ok(apps)) = (jobs.store.recipes().await, jobs.store.apps().await) else { return };
    for recipe in recipes {
        let wanted = recipe.source == "member" || apps.iter().any(|a| a.recipe == recipe.name);
        if !wanted {
            continue;
        }
        match refresh_recipe(&jobs.store, &jobs.shelf, jobs.local_recipes.is_some(), &recipe).await {
            Err(problem) => tracing::warn!(problem, recipe = recipe.name, "a recipe could not be fetched"),
            Ok(refreshed) if !refreshed.moved_tags.is_empty() => tell_of_moved_tags(&jobs, recipe.name, refreshed.moved_tags).await,
            Ok(_) => {}
        }
    }
    jobs.live.poke("apps");
}

/// A release that means something else than it did may be an attack: the audit log says so.
async fn tell_of_moved_tags(jobs: &Jobs, what: String, moved: Vec<String>) {
    tracing::warn!(recipe = what, ?moved, "published versions of a recipe were changed afterwards");
    let command = recipe_refresh::RefreshRecipe { what, moved, problem: String::new() };
    let Ok(may) = Grant::<RefreshRecipe>::judge(Actor::System("scheduler"), Target::Site) else { return };
    if let Err(error) = jobs.store.commit(&may, command).await {
        tracing::error!(%error, "changed versions could not be written down");
    }
}
