//! The catalogue: the recipes that this server knows.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::filter::{FEATURES, Feature, Filter};
use super::sync::Sync;
use crate::access::action::{RefreshRecipe, ViewRecipes};
use crate::access::{ActionName, Actor, Grant, policy};
use crate::commands::recipe_refresh;
use crate::ops::refresh::{TOPIC, refresh_all, refresh_catalogue};
use crate::recipe::Quality;
use crate::store::recipes::Recipe;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{fragment, moment, page, page_with, see_other, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

/// The list of recipes. The block `sync` is the fragment that the page fetches again while repositories are fetched.
#[derive(Debug, Clone, Template)]
#[template(path = "recipes/index.html", blocks = ["sync"])]
pub struct CatalogueView {
    pub shell: Shell,
    pub filter: Filter,
    /// Features to choose from.
    pub features: &'static [Feature],
    /// Categories to choose from.
    pub categories: Vec<String>,
    /// One page of what was found.
    pub rows: Vec<RecipeRow>,
    /// Recipes that fit the filter.
    pub found: usize,
    /// Recipes before the filter.
    pub total: usize,
    /// The pages beside this one.
    pub back: Option<String>,
    pub on: Option<String>,
    /// Such as "1–60 of 200"; empty when one page holds all.
    pub span: String,
    pub sync: Sync,
    /// Address of the event stream; absent where nothing is fetched.
    pub live: Option<String>,
    /// Whether the viewer may fetch the catalogue.
    pub may_manage: bool,
    /// Whether the viewer may add recipes by address.
    pub may_add: bool,
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
    /// Such as "4 of 5, complete"; absent where it is not rated.
    pub status: Option<String>,
    /// What it has, such as "Backups".
    pub has: Vec<&'static str>,
    /// How many apps that the viewer may see use it.
    pub apps: usize,
    /// Why it cannot be used, such as "no published version".
    pub unusable: Option<String>,
    /// That its copy is old, because its repository can't be reached.
    pub stale: Option<String>,
    /// Whether versions of it changed after they were published, and nobody has looked at it.
    pub alarm: bool,
}

/// Recipes on one page: on a phone, more would be much to load and to scroll.
const PAGE: usize = 60;

/// The catalogue.
pub async fn index(may: Grant<ViewRecipes>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&view(may.actor(), &visit, &query, &site, None).await?)
}

/// How old it is and how far fetching is, alone.
pub async fn progress(may: Grant<ViewRecipes>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    fragment(view(may.actor(), &visit, &query, &site, None).await?.as_sync().render())
}

/// Reads the catalogue anew.
pub async fn refresh(may: Grant<RefreshRecipe>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let problem = refresh_catalogue(&site.store, &site.settings.catalogue).await.err();
    let what = "catalogue".to_owned();
    let command = recipe_refresh::RefreshRecipe { what, found: vec![], problem: problem.clone().unwrap_or_default() };
    site.store.commit(&may, command).await?;
    match problem {
        None => see_other("/recipes"),
        Some(problem) => {
            let trouble = Some(format!("{}. What was read before is shown", sentence(&problem)));
            page_with(actix_web::http::StatusCode::BAD_GATEWAY, &view(may.actor(), &visit, &query, &site, trouble).await?)
        }
    }
}

/// Fetches the repositories of all recipes, behind the page.
pub async fn fetch_all(may: Grant<RefreshRecipe>, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let recipes = site.store.recipes().await?;
    // Who asks while it is under way sees how far it is.
    if let Some(sweep) = site.shelf.begin_sweep(recipes.len()) {
        let what = "all recipes".to_owned();
        site.store.commit(&may, recipe_refresh::RefreshRecipe { what, found: vec![], problem: String::new() }).await?;
        let site = site.clone();
        tokio::spawn(async move {
            let local = site.settings.local_recipes.is_some();
            refresh_all(&may, sweep, &site.store, &site.shelf, &site.live, local, recipes).await
        });
    }
    see_other("/recipes")
}

async fn view(actor: &Actor, visit: &Visit, query: &Query, site: &Site, trouble: Option<String>) -> Result<CatalogueView, Failure> {
    let can = |action| policy::allows(actor.standing(), action);
    let since = site.live.seq();
    let filter = Filter::of(query);
    let recipes = site.store.recipes().await?;
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    for app in &site.store.seen_by(actor).overview().await?.apps {
        *used.entry(app.recipe.clone()).or_default() += 1;
    }
    let alarmed = site.store.alarmed_recipes().await?;
    let mut sync = Sync::of(site, &site.store.catalogue_state().await?);
    sync.trouble = trouble.or(sync.trouble);
    let categories: BTreeSet<String> = recipes.iter().map(|r| r.category.clone()).filter(|c| !c.is_empty()).collect();
    let total = recipes.len();
    let judged = recipes.into_iter().map(|recipe| {
        let quality: Quality = serde_json::from_str(&recipe.quality).unwrap_or_default();
        let apps = used.get(&recipe.name).copied().unwrap_or_default();
        (recipe, quality, apps)
    });
    let fitting: Vec<_> = judged.filter(|(recipe, quality, apps)| filter.fits(recipe, quality, *apps)).collect();
    let found = fitting.len();
    let pages = found.div_ceil(PAGE).max(1);
    let at = query.number("page").unwrap_or(1).clamp(1, pages);
    let first = (at - 1) * PAGE;
    let rows = fitting.into_iter().skip(first).take(PAGE).map(|(recipe, quality, apps)| RecipeRow {
        alarm: alarmed.binary_search(&recipe.name).is_ok(),
        ..row(site, recipe, quality, apps)
    });
    Ok(CatalogueView {
        rows: rows.collect(),
        shell: shell(site, visit, "Catalogue", Nav::Catalogue).await,
        back: (at > 1).then(|| filter.href(at - 1)),
        on: (at < pages).then(|| filter.href(at + 1)),
        span: if pages == 1 { String::new() } else { format!("{}–{} of {found}", first + 1, (first + PAGE).min(found)) },
        live: sync.under_way.is_some().then(|| format!("/live?since={since}&topics={TOPIC}")),
        filter,
        features: &FEATURES,
        categories: categories.into_iter().collect(),
        found,
        total,
        sync,
        may_manage: can(ActionName::RefreshRecipe),
        may_add: can(ActionName::BeginRecipe),
        may_create: can(ActionName::BeginApp),
    })
}

fn row(site: &Site, recipe: Recipe, quality: Quality, apps: usize) -> RecipeRow {
    let unusable = unusable(&recipe);
    let stale = recipe.refreshed_at.filter(|_| !recipe.problem.is_empty()).map(|at| moment(site, at).ago);
    RecipeRow {
        version: Some(recipe.newest).filter(|v| !v.is_empty()),
        status: quality.status_word().map(|word| format!("{} of 5, {word}", quality.status.unwrap_or_default())),
        has: FEATURES.iter().filter(|(.., of)| of(&quality).has()).map(|(_, label, _)| *label).collect(),
        stale: stale.map(|ago| format!("its repository can’t be reached; the copy from {ago} is used")),
        name: recipe.name,
        summary: recipe.description,
        category: recipe.category,
        apps,
        unusable,
        alarm: false,
    }
}

/// Why no app can be made of it now. A copy from before a failure is as good as ever.
fn unusable(recipe: &Recipe) -> Option<String> {
    match (recipe.refreshed_at, recipe.newest.is_empty(), recipe.problem.as_str()) {
        (None, _, problem) if !problem.is_empty() => Some(problem.to_owned()),
        (_, true, _) => Some("no published version".to_owned()),
        _ => None,
    }
}

#[cfg(any(test, feature = "testing"))]
impl CatalogueView {
    pub fn samples() -> Vec<Self> {
        use super::sync::UnderWay;
        use crate::web::when::When;
        let row = |name: &str, summary: &str, category: &str, version: Option<&str>, apps| RecipeRow {
            name: name.to_owned(),
            summary: summary.to_owned(),
            category: category.to_owned(),
            version: version.map(str::to_owned),
            status: version.map(|_| "4 of 5, complete".to_owned()),
            has: if apps > 0 { vec!["Backups", "Health check"] } else { vec![] },
            apps,
            unusable: version.is_none().then(|| "no published version".to_owned()),
            stale: None,
            alarm: apps > 1,
        };
        let mut rows = vec![
            row("dokuwiki", "A wiki that keeps its pages in plain files", "Apps", Some("1.1.0+2024-02-06a"), 1),
            row("nextcloud", "Files, calendars, contacts and more", "Apps", Some("11.0.2+31.0.1-fpm"), 2),
            row("hedgedoc", "Write <Markdown> together", "Apps", Some("2.0.1+1.10"), 0),
            row("traefik", "The proxy in front of every app", "Utilities", Some("3.2.0+v3.3"), 0),
            row("experiment", "", "Development", None, 0),
        ];
        rows.iter_mut()
            .take(1)
            .for_each(|row| row.stale = Some("its repository can’t be reached; the copy from 3 days ago is used".to_owned()));
        let full = Self {
            shell: Shell::sample("Catalogue", Nav::Catalogue),
            filter: Filter::default(),
            features: &FEATURES,
            categories: vec!["Apps".to_owned(), "Utilities".to_owned(), "Development".to_owned()],
            rows,
            found: 5,
            total: 5,
            back: None,
            on: None,
            span: String::new(),
            sync: Sync { read: Some(When::sample(200)), fetched: Some(When::sample(100)), under_way: None, trouble: None },
            live: None,
            may_manage: true,
            may_add: true,
            may_create: true,
        };
        let empty = Self { rows: Vec::new(), found: 0, total: 0, categories: Vec::new(), sync: Sync::default(), ..full.clone() };
        let filter =
            Filter { q: "<wki>".to_owned(), category: "Utilities".to_owned(), status: 3, features: vec!["sso"], used: true };
        let nothing_found = Self { rows: Vec::new(), found: 0, filter, ..full.clone() };
        let mut fetching = Self {
            back: Some("/recipes".to_owned()),
            on: Some("/recipes?page=3".to_owned()),
            span: "61–120 of 200".to_owned(),
            live: Some("/live?since=4&topics=recipes".to_owned()),
            ..full.clone()
        };
        fetching.sync.under_way = Some(UnderWay { done: 40, total: 200, failed: 2 });
        let mut offline = Self { may_manage: false, may_add: false, may_create: false, ..full.clone() };
        offline.sync.trouble = Some("git.example.org does not answer. What was read 3 hours ago is shown.".to_owned());
        vec![full, empty, nothing_found, fetching, offline]
    }
}
