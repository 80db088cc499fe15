//! Recipes, for programs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::access::Grant;
use crate::access::action::ViewRecipes;
use crate::store::recipes::Recipe;
use crate::web::Site;
use crate::web::api::{Next, Params, answer, utc};
use crate::web::failure::Failure;

/// One recipe.
#[derive(Serialize)]
struct Told {
    name: String,
    description: String,
    category: Option<String>,
    /// The newest version that is known.
    newest: Option<String>,
    /// The packagers' own score, 0 to 5.
    score: Option<i32>,
    /// `catalogue`, or `member` where a member added it.
    source: String,
    /// When its repository was fetched last.
    fetched_at: Option<String>,
    /// Why the last fetch failed.
    problem: Option<String>,
    /// Versions changed after they were published, and nobody has looked at it.
    alarm: bool,
}

/// The recipes by name.
pub async fn list(_may: Grant<ViewRecipes>, mut asked: Params, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (after, limit) = (asked.text("after"), asked.limit());
    asked.end()?;
    let alarmed = site.store.alarmed_recipes().await?;
    let recipes = site.store.recipes().await?.into_iter();
    let beyond = recipes.filter(|recipe| after.as_ref().is_none_or(|after| recipe.name > *after)).take(limit + 1);
    let told = beyond.map(|recipe| told(recipe, &alarmed)).collect();
    let next = Next { path: "/api/v1/recipes", same: vec![] };
    answer(&next.page(told, limit, "after", |told: &Told| told.name.clone()))
}

fn told(recipe: Recipe, alarmed: &[String]) -> Told {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    Told {
        alarm: alarmed.contains(&recipe.name),
        name: recipe.name,
        description: recipe.description,
        category: some(recipe.category),
        newest: some(recipe.newest),
        score: recipe.status,
        source: recipe.source,
        fetched_at: recipe.refreshed_at.map(utc),
        problem: some(recipe.problem),
    }
}
