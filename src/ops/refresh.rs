//! Fetching the catalogue and the repositories of recipes: from the outside to the shelf, and what was found to the store.

use crate::recipe::{RecipeName, catalogue, readme, version};
use crate::shelf::{Allow, Origin, Refreshed, Shelf, ShelfError, catalogue_file};
use crate::store::Store;
use crate::store::housekeeping::Listed;
use crate::store::recipes::Recipe;

/// Takes over what the catalogue says now. The error is for people.
pub async fn refresh_catalogue(store: &Store, source: &str) -> Result<usize, String> {
    if source.is_empty() {
        return Ok(0);
    }
    let source = source.to_owned();
    let text = tokio::task::spawn_blocking(move || catalogue_file::fetch(&source)).await.map_err(|e| e.to_string())?;
    let entries = catalogue::parse(&text.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    let listed: Vec<Listed> = entries
        .into_iter()
        .filter(|e| !e.repository.is_empty())
        .map(|e| Listed {
            name: e.name,
            origin: e.repository,
            category: e.category,
            description: e.description,
            newest: e.versions.last().cloned().unwrap_or_default(),
            status: e.features.status.map(i32::from),
        })
        .collect();
    let count = listed.len();
    store.list_recipes(listed).await.map_err(|e| e.to_string())?;
    Ok(count)
}

/// Fetches one recipe's repository. The error is for people, and is kept with the recipe.
pub async fn refresh_recipe(store: &Store, shelf: &Shelf, local: bool, recipe: &Recipe) -> Result<Refreshed, String> {
    let (shelf, origin, name) = (shelf.clone(), recipe.origin.clone(), recipe.name.clone());
    let fetched = tokio::task::spawn_blocking(move || fetch(&shelf, &name, &origin, local)).await.map_err(|e| e.to_string())?;
    let now = store.clock().now();
    let (newest, description, problem) = match &fetched {
        Ok((_, newest, description)) => (newest.as_str(), description.as_str(), String::new()),
        Err(problem) => ("", "", problem.clone()),
    };
    let description = if recipe.source == "member" { description } else { "" };
    store.note_refresh(&recipe.name, now, newest, description, &problem).await.map_err(|e| e.to_string())?;
    fetched.map(|(refreshed, _, _)| refreshed)
}

fn fetch(shelf: &Shelf, name: &str, origin: &str, local: bool) -> Result<(Refreshed, String, String), String> {
    let allow = if local { Allow::RemoteAndLocal } else { Allow::Remote };
    let name = RecipeName::parse(name).map_err(|e| e.to_string())?;
    let origin = Origin::parse(origin, allow).map_err(|e| e.to_string())?;
    let text = |e: ShelfError| e.to_string();
    let refreshed = shelf.refresh(&name, &origin).map_err(text)?;
    let tags = shelf.versions(&name).map_err(text)?;
    let tags = tags.into_iter().filter(|t| t.annotated).map(|t| version::Tag { name: t.name, at_s: t.at_s }).collect();
    let newest = version::newest_first(tags).into_iter().next().map(|t| t.name).unwrap_or_default();
    let readme = shelf.read(&name, &refreshed.head, "README.md").map_err(text)?.unwrap_or_default();
    let description = readme::metadata(&String::from_utf8_lossy(&readme)).description;
    Ok((refreshed, newest, description))
}
