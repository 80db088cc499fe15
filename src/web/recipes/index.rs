//! The catalogue: the recipes that this server knows.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{RefreshRecipe, ViewRecipes};
use crate::commands::recipe_refresh;
use crate::ops::refresh::refresh_catalogue;
use crate::web::Site;
use crate::web::apps::facts::is_admin;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, page_with, see_other, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// The list of recipes.
#[derive(Debug, Clone, Template)]
#[template(path = "recipes/index.html")]
pub struct CatalogueView {
    pub shell: Shell,
    pub q: String,
    pub category: String,
    /// Categories to choose from.
    pub categories: Vec<String>,
    pub rows: Vec<RecipeRow>,
    /// Recipes before the filter.
    pub total: usize,
    /// When the catalogue was read last.
    pub refreshed: Option<When>,
    /// Why the last try failed, such as "git.coopcloud.tech does not answer".
    pub trouble: Option<String>,
    /// Whether the viewer may fetch the catalogue and add recipes by address.
    pub may_manage: bool,
    pub may_create: bool,
}

/// One recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeRow {
    pub name: String,
    pub summary: String,
    pub category: String,
    /// The newest version; absent where none is published.
    pub version: Option<String>,
    /// How many apps that the viewer may see use it.
    pub apps: usize,
    /// Why it cannot be used, such as "no published version".
    pub unusable: Option<String>,
}

/// The catalogue.
pub async fn index(may: Grant<ViewRecipes>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&view(is_admin(may.actor()), &visit, &query, &site, None).await?)
}

/// Reads the catalogue anew.
pub async fn refresh(may: Grant<RefreshRecipe>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let problem = refresh_catalogue(&site.store, &site.settings.catalogue).await.err();
    let what = "catalogue".to_owned();
    let command = recipe_refresh::RefreshRecipe { what, moved: vec![], problem: problem.clone().unwrap_or_default() };
    site.store.commit(&may, command).await?;
    match problem {
        None => see_other("/recipes"),
        Some(problem) => {
            let trouble = Some(format!("{}. What was read before is shown", sentence(&problem)));
            page_with(actix_web::http::StatusCode::BAD_GATEWAY, &view(true, &visit, &query, &site, trouble).await?)
        }
    }
}

async fn view(admin: bool, visit: &Visit, query: &Query, site: &Site, trouble: Option<String>) -> Result<CatalogueView, Failure> {
    let (q, category) = (query.get("q").trim().to_lowercase(), query.get("category").to_owned());
    let recipes = site.store.recipes().await?;
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    for app in site.store.apps().await? {
        *used.entry(app.recipe).or_default() += 1;
    }
    let categories: BTreeSet<String> = recipes.iter().map(|r| r.category.clone()).filter(|c| !c.is_empty()).collect();
    let refreshed = recipes.iter().filter_map(|r| r.refreshed_at).max().map(|at| moment(site, at));
    let total = recipes.len();
    let fits = |r: &crate::store::recipes::Recipe| {
        (q.is_empty() || r.name.contains(&q) || r.description.to_lowercase().contains(&q))
            && (category.is_empty() || r.category == category)
    };
    let rows = recipes.into_iter().filter(fits).map(|r| RecipeRow {
        apps: used.get(&r.name).copied().unwrap_or_default(),
        version: Some(r.newest).filter(|v| !v.is_empty()),
        unusable: Some(r.problem).filter(|p| !p.is_empty()),
        name: r.name,
        summary: r.description,
        category: r.category,
    });
    Ok(CatalogueView {
        rows: rows.collect(),
        shell: shell(site, visit, "Catalogue", Nav::Catalogue).await,
        q: query.get("q").to_owned(),
        category,
        categories: categories.into_iter().collect(),
        total,
        refreshed,
        trouble,
        may_manage: admin,
        may_create: admin,
    })
}

#[cfg(any(test, feature = "testing"))]
impl CatalogueView {
    pub fn samples() -> Vec<Self> {
        use crate::web::shell::Nav;
        let row = |name: &str, summary: &str, category: &str, version: Option<&str>, apps| RecipeRow {
            name: name.to_owned(),
            summary: summary.to_owned(),
            category: category.to_owned(),
            version: version.map(str::to_owned),
            apps,
            unusable: version.is_none().then(|| "No published version".to_owned()),
        };
        let full = Self {
            shell: Shell::sample("Catalogue", Nav::Catalogue),
            q: String::new(),
            category: String::new(),
            categories: vec!["Apps".to_owned(), "Utilities".to_owned(), "Development".to_owned()],
            rows: vec![
                row("dokuwiki", "A wiki that keeps its pages in plain files", "Apps", Some("1.1.0+2024-02-06a"), 1),
                row("nextcloud", "Files, calendars, contacts and more", "Apps", Some("11.0.2+31.0.1-fpm"), 2),
                row("hedgedoc", "Write <Markdown> together", "Apps", Some("2.0.1+1.10"), 0),
                row("traefik", "The proxy in front of every app", "Utilities", Some("3.2.0+v3.3"), 0),
                row("experiment", "", "Development", None, 0),
            ],
            total: 5,
            refreshed: Some(When::sample(200)),
            trouble: None,
            may_manage: true,
            may_create: true,
        };
        let empty = Self { rows: Vec::new(), total: 0, categories: Vec::new(), refreshed: None, ..full.clone() };
        let nothing_found = Self { rows: Vec::new(), q: "<wki>".to_owned(), category: "Utilities".to_owned(), ..full.clone() };
        let offline = Self {
            trouble: Some("git.example.org does not answer. This is the copy from 3 hours ago".to_owned()),
            may_manage: false,
            may_create: false,
            ..full.clone()
        };
        vec![full, empty, nothing_found, offline]
    }
}
