//! Step 1: which recipe, and which version of it.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{BeginApp, NewApp};
use crate::ops::refresh::refresh_recipe;
use crate::recipe::RecipeName;
use crate::web::Site;
use crate::web::apps::deployment::{CommitChoice, pick};
use crate::web::apps::facts::{blocking, recipe_at, versions};
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::{Wizard, step};

/// Step 1: which recipe, which version.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/new_recipe.html")]
pub struct ChooseRecipeView {
    pub shell: Shell,
    pub wizard: Wizard,
    pub recipes: Vec<RecipeChoice>,
    /// The recipe that is chosen; with one chosen, the page asks for the version.
    pub recipe: Option<RecipeChoice>,
    pub version: String,
    /// A branch or a commit instead, where a recipe is chosen.
    pub choice: CommitChoice,
    pub problems: Problems,
}

/// One recipe to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeChoice {
    pub name: String,
    pub summary: String,
    /// Newest first.
    pub versions: Vec<String>,
}

/// What the version form sends.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct VersionForm {
    recipe: String,
    version: String,
    /// A branch instead.
    #[serde(default)]
    branch: String,
    /// A commit instead.
    #[serde(default)]
    commit: String,
}

/// Step 1: the recipe, and then its version.
pub async fn choose_recipe(_may: Grant<BeginApp>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let typed =
        VersionForm { recipe: query.get("recipe").to_owned(), version: query.get("version").to_owned(), ..VersionForm::default() };
    page(&recipe_view(&visit, &site, &typed, Problems::none()).await?)
}

/// Takes the recipe and the version.
pub async fn choose_version(
    _may: Grant<NewApp>,
    Form(form): Form<VersionForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    let version = match pick(&site, &form.recipe, &form.branch, &form.commit).await? {
        Ok(picked) => picked.map_or_else(|| form.version.clone(), |picked| picked.version),
        Err((field, text)) => {
            problems.add(field, text);
            return wrong_form(&recipe_view(&visit, &site, &form, problems).await?);
        }
    };
    let (shelf, recipe) = (site.shelf.clone(), form.recipe.clone());
    match blocking(move || recipe_at(&shelf, &recipe, &version)).await? {
        Ok(at) => see_other(&step("address", &[("recipe", &form.recipe), ("version", &at.version)])),
        Err(error) => {
            problems.add("version", sentence(&error.to_string()));
            wrong_form(&recipe_view(&visit, &site, &form, problems).await?)
        }
    }
}

async fn recipe_view(visit: &Visit, site: &Site, typed: &VersionForm, mut problems: Problems) -> Result<ChooseRecipeView, Failure> {
    let (recipe, version) = (typed.recipe.as_str(), typed.version.as_str());
    let listed = site.store.recipes().await?;
    let mut one = None;
    if let Some(found) = listed.iter().find(|r| r.name == recipe) {
        match choice(site, found).await? {
            Ok(choice) => one = Some(choice),
            Err(problem) => problems.add("recipe", format!("{recipe} can’t be used: {problem}")),
        }
    } else if !recipe.is_empty() {
        problems.add("recipe", format!("There is no recipe called {recipe}"));
    }
    let choice = CommitChoice::of(site, recipe, &typed.branch, &typed.commit).await?;
    let chosen = one.as_ref().map(|c| format!("{} {version}", c.name).trim().to_owned()).unwrap_or_default();
    let back = one.is_some().then(|| "/apps/new".to_owned());
    let recipes = listed.into_iter().map(|r| RecipeChoice { name: r.name, summary: r.description, versions: vec![] }).collect();
    Ok(ChooseRecipeView {
        shell: shell(site, visit, "New app", Nav::Apps).await,
        wizard: Wizard { at: 1, chosen, back, action: "/apps/new".to_owned() },
        recipes,
        recipe: one,
        version: version.to_owned(),
        choice,
        problems,
    })
}

/// A recipe with its versions. It is fetched now if it never was.
async fn choice(site: &Site, recipe: &crate::store::recipes::Recipe) -> Result<Result<RecipeChoice, String>, Failure> {
    if recipe.refreshed_at.is_none()
        && recipe.problem.is_empty()
        && let Err(problem) = refresh_recipe(&site.store, &site.shelf, site.settings.local_recipes.is_some(), recipe).await
    {
        return Ok(Err(problem));
    }
    let (shelf, name) = (site.shelf.clone(), recipe.name.clone());
    let read = blocking(move || {
        let name = RecipeName::parse(&name).map_err(|e| e.to_string())?;
        versions(&shelf, &name).map_err(|e| e.to_string())
    });
    Ok(read.await?.map(|versions| RecipeChoice { name: recipe.name.clone(), summary: recipe.description.clone(), versions }))
}
