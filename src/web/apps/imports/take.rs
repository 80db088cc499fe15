//! Making an app of a stack. The Swarm is not touched.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;

use super::review::{review, view};
use crate::access::Grant;
use crate::access::action;
use crate::commands::app_import::ImportApp;
use crate::commands::app_names::reserved;
use crate::ops::check::tier;
use crate::ops::take_over::TakeOver;
use crate::stack::names::AppName;
use crate::store::Denied;
use crate::web::Site;
use crate::web::apps::facts::blocking;
use crate::web::failure::Failure;
use crate::web::form::{Form, Name};
use crate::web::page::{page_with, see_other, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

/// What the import form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeForm {
    name: String,
    version: String,
    hash: String,
    /// The number of the ticked box where the version changed after it was published.
    #[serde(default)]
    shifted: String,
}

/// Makes the app, if its settings are still those that were shown.
pub async fn take(
    may: Grant<action::ImportApp>,
    Name(stack): Name,
    Form(form): Form<TakeForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let name = form.name.trim().to_ascii_lowercase();
    let mut reviewed = review(&may, &site, (&stack, &name), &form.version).await?;
    let mut problems = Problems::none();
    reviewed.shifted.ticked(&form.shifted, &mut problems);
    if let Err(error) = AppName::parse(&name) {
        problems.add("name", sentence(&error.to_string()));
    } else if let Some(why) = reserved(&name) {
        problems.add("name", sentence(why));
    }
    let tier = tier(&may);
    if let Some(why) = reviewed.refused(tier) {
        problems.add("", why);
    }
    let Some(made) = reviewed.made.as_ref().ok().filter(|_| problems.is_empty()) else {
        return wrong_form(&view(&site, &visit, reviewed, tier, problems).await?);
    };
    if reviewed.hash() != form.hash {
        problems.add("", "What runs has changed since you looked. These are the settings that it has now");
        return page_with(StatusCode::CONFLICT, &view(&site, &visit, reviewed, tier, problems).await?);
    }
    let (runs, env, recipe) = (made.runs.clone(), made.proposal.env.text(), reviewed.found.recipe.clone());
    let (shelf, recipe_name, commit) = (site.shelf.clone(), made.at.name.clone(), runs.commit.clone());
    // It runs, so its commit stays on the shelf.
    blocking(move || shelf.keep(&recipe_name, &commit)).await?.map_err(|e| Failure::Unavailable(e.to_string()))?;
    let app = ImportApp { name: name.clone(), stack, recipe, version: form.version, env, shifted: reviewed.shifted.lines.clone() };
    match site.store.commit(&may, TakeOver { app, runs: Some(runs) }).await {
        Ok(_id) => {
            site.feed.hurry();
            site.live.poke("apps");
            see_other(&format!("/apps/{name}"))
        }
        Err(Denied::Rule { text, .. }) => {
            problems.add("name", sentence(&text));
            page_with(StatusCode::CONFLICT, &view(&site, &visit, reviewed, tier, problems).await?)
        }
        Err(other) => Err(other.into()),
    }
}
