//! A stack as the app that it would be.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use sha2::{Digest as _, Sha256};

use super::index::ours;
use crate::access::Grant;
use crate::access::action::BeginImport;
use crate::ops::import::{Foreign, Proposal, foreign, propose};
use crate::recipe::RecipeName;
use crate::stack::health::health;
use crate::stack::plan;
use crate::store::apps::App;
use crate::store::chain::hex;
use crate::web::Site;
use crate::web::apps::changes::Changes;
use crate::web::apps::deployment::Shifted;
use crate::web::apps::facts::{Facts, blocking, recipe_at, versions};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::{Name, Query};
use crate::web::page::{page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// A stack as the app that it would be.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/import.html")]
pub struct ImportView {
    pub shell: Shell,
    pub app: AppHeader,
    pub stack: String,
    /// The version that its settings are read with.
    pub version: String,
    /// The versions that may be chosen instead, newest first.
    pub versions: Vec<String>,
    /// The settings file that it would get; empty when the recipe at this version can't be read.
    pub settings: String,
    /// What the next deploy would change.
    pub changes: Changes,
    /// What was found about the version after it was published.
    pub shifted: Shifted,
    /// What the button is bound to.
    pub hash: String,
    pub problems: Problems,
}

/// What was found out about a stack.
pub(super) struct Reviewed {
    pub(super) found: Foreign,
    pub(super) facts: Facts,
    pub(super) versions: Vec<String>,
    pub(super) made: Result<Proposal, String>,
    pub(super) shifted: Shifted,
}

impl Reviewed {
    /// Another one means that the settings would be others than those that were shown.
    pub(super) fn hash(&self) -> String {
        let settings = self.made.as_ref().map(|made| made.env.text()).unwrap_or_default();
        hex(&Sha256::digest(format!("{}\n{}\n{settings}", self.facts.app.stack, self.facts.app.version)))
    }
}

/// The page of one stack.
pub async fn show(
    _may: Grant<BeginImport>,
    Name(stack): Name,
    query: Query,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let reviewed = review(&site, &stack, "", query.get("version")).await?;
    page(&view(&site, &visit, reviewed, Problems::none()).await)
}

/// Reads the stack anew. Empty texts stand for the most likely name and the version that the services tell.
pub(super) async fn review(site: &Site, stack: &str, name: &str, version: &str) -> Result<Reviewed, Failure> {
    let swarm = site.feed.latest().swarm.clone();
    let found = foreign(&swarm, &ours(site).await?).into_iter().find(|f| f.stack.as_str() == stack).ok_or(Failure::NotFound)?;
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (shelf, recipe) = (site.shelf.clone(), found.recipe.clone());
    let versions = blocking(move || RecipeName::parse(&recipe).ok().and_then(|name| versions(&shelf, &name).ok())).await?;
    let versions = versions.unwrap_or_default();
    let version = given(version).or_else(|| found.version.clone()).or_else(|| versions.first().cloned()).unwrap_or_default();
    let observed = swarm.stack(&found.stack);
    let app = App {
        id: 0,
        name: given(name).unwrap_or_else(|| found.name.clone()),
        stack: stack.to_owned(),
        recipe: found.recipe.clone(),
        version: version.clone(),
        env_number: 0,
        created_at: 0,
    };
    let facts = Facts { app, stack: found.stack.clone(), health: health(&observed), observed, admin: true, pending: vec![] };
    let (shelf, recipe, stack, observed) = (site.shelf.clone(), found.recipe.clone(), found.stack.clone(), facts.observed.clone());
    let made = blocking(move || {
        let at = recipe_at(&shelf, &recipe, &version)?;
        propose(&shelf, &at, &stack, &observed)
    });
    let made = made.await?.map_err(|error| error.to_string());
    let shifted = Shifted::of(site, &facts.app.recipe, &facts.app.version).await?;
    Ok(Reviewed { found, facts, versions, made, shifted })
}

pub(super) async fn view(site: &Site, visit: &Visit, reviewed: Reviewed, problems: Problems) -> ImportView {
    let hash = reviewed.hash();
    let Reviewed { found, facts, mut versions, made, shifted } = reviewed;
    let mut changes = Changes::begin(&facts, site);
    if let Ok(made) = &made {
        let plan = plan::plan(&made.rendered.desired, &facts.observed);
        changes.fill(&facts, &made.rendered.desired, &plan);
    }
    if !facts.app.version.is_empty() && !versions.contains(&facts.app.version) {
        versions.insert(0, facts.app.version.clone());
    }
    let mut problems = problems;
    if let Err(error) = &made {
        problems.add("version", sentence(error));
    }
    let settings = made.map(|made| made.env.text()).unwrap_or_default();
    ImportView {
        shell: shell(site, visit, format!("Import {}", found.stack), Nav::Apps).await,
        app: facts.header(Tab::Overview, None),
        stack: found.stack.as_str().to_owned(),
        version: facts.app.version,
        versions,
        settings,
        changes,
        shifted,
        hash,
        problems,
    }
}
