//! The stacks of this Swarm that could become apps.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::BeginImport;
use crate::ops::import::{Foreign, foreign};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

/// The stacks that could become apps.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/imports.html")]
pub struct ImportsView {
    pub shell: Shell,
    /// False while it can't be told what runs.
    pub docker_answers: bool,
    pub stacks: Vec<StackRow>,
}

/// One stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackRow {
    pub stack: String,
    pub recipe: String,
    /// Empty where its services tell none.
    pub version: String,
    pub services: usize,
    /// Whether Canteen has the recipe.
    pub known: bool,
}

/// The list.
pub async fn index(_may: Grant<BeginImport>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let latest = site.feed.latest();
    let recipes: BTreeSet<String> = site.store.recipes().await?.into_iter().map(|recipe| recipe.name).collect();
    let row = |found: Foreign| StackRow {
        stack: found.stack.as_str().to_owned(),
        known: recipes.contains(&found.recipe),
        recipe: found.recipe,
        version: found.version.unwrap_or_default(),
        services: found.services,
    };
    page(&ImportsView {
        shell: shell(&site, &visit, "Import apps", Nav::Apps).await,
        docker_answers: latest.swarm.at != 0 && latest.problem.is_none(),
        stacks: foreign(&latest.swarm, &ours(&site).await?).into_iter().map(row).collect(),
    })
}

/// The stacks of our apps.
pub(super) async fn ours(site: &Site) -> Result<BTreeSet<String>, Failure> {
    Ok(site.store.apps().await?.into_iter().map(|app| app.stack).collect())
}
