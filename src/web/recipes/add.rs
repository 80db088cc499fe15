//! Adding a recipe that is not in the catalogue, by the address of its git repository.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{AddRecipe, BeginRecipe};
use crate::commands::recipe_add;
use crate::ops::refresh::refresh_recipe;
use crate::recipe::RecipeName;
use crate::shelf::{Allow, Origin, Trial};
use crate::store::Denied;
use crate::store::recipes::Recipe;
use crate::web::Site;
use crate::web::apps::facts::blocking;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "recipes/add.html")]
pub struct AddRecipeView {
    pub shell: Shell,
    pub url: String,
    pub problems: Problems,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddForm {
    url: String,
}

/// The form.
pub async fn form(_may: Grant<BeginRecipe>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&view(&site, &visit, String::new(), Problems::none()).await)
}

/// Fetches the repository, looks whether it is a recipe, and adds it.
pub async fn add(
    may: Grant<AddRecipe>,
    Form(form): Form<AddForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let url = form.url.trim().to_owned();
    match try_add(&may, &site, &url).await? {
        Ok(name) => see_other(&format!("/recipes/{name}")),
        Err(problem) => {
            let mut problems = Problems::none();
            problems.add("url", sentence(&problem));
            wrong_form(&view(&site, &visit, url, problems).await)
        }
    }
}

async fn try_add(may: &Grant<AddRecipe>, site: &Site, url: &str) -> Result<Result<RecipeName, String>, Failure> {
    let local = site.settings.local_recipes.clone();
    let allow = if local.is_some() { Allow::RemoteAndLocal } else { Allow::Remote };
    let origin = match Origin::parse(url, allow) {
        Ok(origin) => origin,
        Err(error) => return Ok(Err(error.to_string())),
    };
    if let Some(folder) = local.filter(|_| !url.starts_with("https://"))
        && !std::path::Path::new(url.trim_start_matches("file://")).starts_with(&folder)
    {
        return Ok(Err(format!("only repositories below {} can be added by a path", folder.display())));
    }
    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default().trim_end_matches(".git");
    let name = match RecipeName::parse(last) {
        Ok(name) => name,
        Err(error) => return Ok(Err(format!("the last part of the address is the recipe’s name: {error}"))),
    };
    if site.store.recipe(name.as_str()).await?.is_some() {
        return Ok(Err(format!("there is already a recipe called {name}")));
    }
    let trial = match fetch(site, &name, &origin).await? {
        Ok(trial) => trial,
        Err(problem) => return Ok(Err(problem)),
    };
    match site.store.commit(may, recipe_add::AddRecipe { name: name.as_str().to_owned(), origin: origin.to_string() }).await {
        Ok(()) => {}
        Err(Denied::Rule { text, .. }) => return Ok(Err(text)),
        Err(other) => return Err(other.into()),
    }
    // Only now it is on the shelf: whatever stood there came from somewhere else.
    let shelf = site.shelf.clone();
    if let Err(error) = blocking(move || shelf.take_in(trial)).await? {
        tracing::warn!(%error, "what was fetched could not be put on the shelf; it is fetched again");
    }
    if let Some(recipe) = site.store.recipe(name.as_str()).await? {
        // It was fetched a moment ago; this notes what was found. A failure is shown on the recipe's page.
        let _noted = refresh_recipe(&site.store, &site.shelf, site.settings.local_recipes.is_some(), &recipe as &Recipe).await;
    }
    Ok(Ok(name))
}

/// Fetches it beside the shelf, and says what is missing before it can be used.
async fn fetch(site: &Site, name: &RecipeName, origin: &Origin) -> Result<Result<Trial, String>, Failure> {
    let (shelf, name, origin) = (site.shelf.clone(), name.clone(), origin.clone());
    blocking(move || {
        let trial = shelf.try_out(&name, &origin).map_err(|e| e.to_string())?;
        for file in ["compose.yml", ".env.sample"] {
            if !trial.has(file).map_err(|e| e.to_string())? {
                return Err(format!("the repository has no {file}, so it is not a Co-op Cloud recipe"));
            }
        }
        Ok(trial)
    })
    .await
}

async fn view(site: &Site, visit: &Visit, url: String, problems: Problems) -> AddRecipeView {
    AddRecipeView { shell: shell(site, visit, "Add a recipe", Nav::Catalogue).await, url, problems }
}

#[cfg(any(test, feature = "testing"))]
impl AddRecipeView {
    pub fn samples() -> Vec<Self> {
        use crate::web::shell::Nav;
        let page = Self { shell: Shell::sample("Add a recipe", Nav::Catalogue), url: String::new(), problems: Problems::none() };
        let mut wrong = Self { url: "git@example.org:wiki.git".to_owned(), ..page.clone() };
        wrong.problems.add("url", "Only addresses that begin with https:// are taken");
        vec![page, wrong]
    }
}
