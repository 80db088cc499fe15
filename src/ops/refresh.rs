//! Fetching the catalogue and the repositories of recipes: from the outside to the shelf, and what was found to the store.

use futures_util::StreamExt as _;

use super::Live;
use crate::access::Grant;
use crate::access::action::RefreshRecipe;
use crate::commands::recipe_refresh;
use crate::recipe::{CatalogueEntry, Quality, RecipeName, catalogue, readme};
use crate::shelf::{Allow, Origin, Progress, Refreshed, Shelf, ShelfError, Sweep, catalogue_file};
use crate::store::Store;
use crate::store::housekeeping::{Fetched, Listed, Told};
use crate::store::recipes::Recipe;
use crate::store::tag_alarms::{Found, Tags};

/// Recipes that are fetched at the same time: enough to hide how slow one answer is, few enough for a small forge.
const AT_ONCE: usize = 8;
/// What pages of recipes listen to.
pub const TOPIC: &str = "recipes";

/// Takes over what the catalogue says now, and returns how many recipes it lists. The error is for people, and is kept.
pub async fn refresh_catalogue(store: &Store, source: &str) -> Result<usize, String> {
    if source.is_empty() {
        return Ok(0);
    }
    match read_catalogue(source.to_owned()).await {
        Ok(listed) => {
            let count = listed.len();
            store.list_recipes(listed).await.map_err(|e| e.to_string())?;
            Ok(count)
        }
        Err(problem) => {
            store.note_catalogue_problem(&problem).await.map_err(|e| e.to_string())?;
            Err(problem)
        }
    }
}

async fn read_catalogue(source: String) -> Result<Vec<Listed>, String> {
    let work = move || {
        let text = catalogue_file::fetch(&source).map_err(|e| e.to_string())?;
        let entries = catalogue::parse(&text).map_err(|e| e.to_string())?;
        entries.into_iter().map(listed).collect::<Result<_, _>>().map_err(|e| e.to_string())
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| e.to_string())?
}

fn listed(entry: CatalogueEntry) -> Result<Listed, serde_json::Error> {
    let quality = Quality::of_catalogue(&entry.features);
    Ok(Listed {
        entry: serde_json::to_string(&entry)?,
        newest: entry.newest().to_owned(),
        status: quality.status.map(i32::from),
        quality: serde_json::to_string(&quality)?,
        name: entry.name,
        origin: entry.repository,
        category: entry.category,
        description: entry.description,
    })
}

/// Fetches one recipe's repository. The error is for people, and is kept with the recipe; what was fetched before still works.
pub async fn refresh_recipe(store: &Store, shelf: &Shelf, local: bool, recipe: &Recipe) -> Result<Refreshed, String> {
    // Before anything changes it must be known where the tags of a mirror lead that is older than this knowledge.
    if !store.knows_tags(&recipe.name).await.map_err(|e| e.to_string())?
        && let Ok(tags) = tags(shelf, &recipe.name).await
    {
        store.note_tags(&recipe.name, tags).await.map_err(|e| e.to_string())?;
    }
    let (books, origin, name) = (shelf.clone(), recipe.origin.clone(), recipe.name.clone());
    let fetched = tokio::task::spawn_blocking(move || fetch(&books, &name, &origin, local)).await.map_err(|e| e.to_string())?;
    let noted = fetched.as_ref().map(|(_, found)| found.clone()).map_err(Clone::clone);
    store.note_refresh(&recipe.name, noted).await.map_err(|e| e.to_string())?;
    let (refreshed, _) = fetched?;
    let mut tags = tags(shelf, &recipe.name).await?;
    // The mirror may remember what a tag was that nobody told the store of.
    tags.extend(refreshed.moved_tags.iter().map(|change| (change.tag.clone(), change.was.clone())));
    store.note_tags(&recipe.name, tags).await.map_err(|e| e.to_string())?;
    Ok(refreshed)
}

/// Where the tags of a recipe's mirror lead; none if there is no mirror.
async fn tags(shelf: &Shelf, recipe: &str) -> Result<Tags, String> {
    let (shelf, name) = (shelf.clone(), RecipeName::parse(recipe).map_err(|e| e.to_string())?);
    let work = move || {
        if !shelf.has(&name) {
            return Ok(Tags::new());
        }
        shelf.versions(&name).map(|tags| tags.into_iter().map(|tag| (tag.name, tag.commit)).collect())
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
}

/// Which published versions of a recipe are not as the store knows them. A fetch that was cut off before it could tell is no loss: what
/// counts is the mirror as it is, and not what a fetch changed.
pub async fn changed_tags(store: &Store, shelf: &Shelf, recipe: &str) -> Result<Vec<Found>, String> {
    let now = tags(shelf, recipe).await?;
    store.changed_tags(recipe, now).await.map_err(|e| e.to_string())
}

fn fetch(shelf: &Shelf, name: &str, origin: &str, local: bool) -> Result<(Refreshed, Fetched), String> {
    if origin.is_empty() {
        return Err("the catalogue names no repository for it".to_owned());
    }
    let allow = if local { Allow::RemoteAndLocal } else { Allow::Remote };
    let name = RecipeName::parse(name).map_err(|e| e.to_string())?;
    let origin = Origin::parse(origin, allow).map_err(|e| e.to_string())?;
    let text = |e: ShelfError| e.to_string();
    let refreshed = shelf.refresh(&name, &origin).map_err(text)?;
    let newest = shelf.releases(&name).map_err(text)?.newest().to_owned();
    // A README that is a link or too large says nothing; that is no reason to do without the recipe.
    let readme = shelf.read(&name, &refreshed.head, "README.md").ok().flatten().unwrap_or_default();
    let metadata = readme::metadata(&String::from_utf8_lossy(&readme));
    let quality = Quality::of_readme(&metadata);
    let told = Told {
        description: metadata.description,
        category: metadata.category,
        status: quality.status.map(i32::from),
        quality: serde_json::to_string(&quality).map_err(|e| e.to_string())?,
    };
    Ok((refreshed, Fetched { newest, told: Some(told) }))
}

/// Fetches these recipes, a few at the same time, and writes down which of their versions changed. Nobody has to wait for it:
/// `sweep` tells how far it is, and pages are poked.
pub async fn refresh_all(
    may: &Grant<RefreshRecipe>,
    sweep: Sweep,
    store: &Store,
    shelf: &Shelf,
    live: &Live,
    local: bool,
    recipes: Vec<Recipe>,
) -> Progress {
    let one = async |recipe: Recipe| {
        match refresh_recipe(store, shelf, local, &recipe).await {
            Ok(_) => {
                sweep.count(true);
                if let Err(error) = tell_of_changed_tags(may, store, shelf, recipe.name).await {
                    tracing::error!(error, "versions that changed could not be written down");
                }
            }
            Err(problem) => {
                sweep.count(false);
                tracing::warn!(problem, recipe = recipe.name, "a recipe could not be fetched");
            }
        }
        live.poke(TOPIC);
    };
    futures_util::stream::iter(recipes).for_each_concurrent(AT_ONCE, one).await;
    if let Err(error) = store.note_sweep().await {
        tracing::error!(%error, "that all recipes were fetched could not be written down");
    }
    let progress = sweep.progress();
    drop(sweep);
    live.poke(TOPIC);
    progress
}

/// A release that means something else than it did may be an attack: the audit log and the recipe's page say so.
async fn tell_of_changed_tags(may: &Grant<RefreshRecipe>, store: &Store, shelf: &Shelf, what: String) -> Result<(), String> {
    let found = changed_tags(store, shelf, &what).await?;
    if found.is_empty() {
        return Ok(());
    }
    tracing::warn!(recipe = what, ?found, "published versions of a recipe were changed afterwards");
    let told = recipe_refresh::RefreshRecipe { what, found, problem: String::new() };
    store.commit(may, told).await.map_err(|e| e.to_string())
}
