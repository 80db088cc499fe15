//! One recipe: what it is, its versions, what it may do to the machine.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{RefreshRecipe, ViewRecipes};
use crate::commands::recipe_refresh;
use crate::envfile::EnvFile;
use crate::ops::refresh::refresh_recipe;
use crate::ops::render::{RecipeAt, render, text};
use crate::recipe::{RecipeName, readme, release_notes, version};
use crate::shelf::Shelf;
use crate::stack::names::StackName;
use crate::store::recipes::Recipe;
use crate::web::apps::facts::{blocking, is_admin};
use crate::web::failure::Failure;
use crate::web::filters::Markdown;
use crate::web::form::Name;
use crate::web::page::{moment, page, see_other, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;
use crate::web::{Site, filters};

/// The page of a recipe.
#[derive(Debug, Clone, Template)]
#[template(path = "recipes/show.html")]
pub struct RecipeView {
    pub shell: Shell,
    pub name: String,
    pub summary: String,
    pub category: String,
    /// Where its source is read, as text and link.
    pub source: Option<Link>,
    /// Features as the authors state them, such as ("Backups", "Yes").
    pub features: Vec<(String, String)>,
    /// Newest first.
    pub versions: Vec<VersionRow>,
    pub readme: Markdown,
    /// What this recipe may do to the machine, in words; empty if nothing unusual.
    pub host_powers: Vec<String>,
    /// Apps made from it, by name.
    pub apps: Vec<String>,
    /// Why the source could not be fetched last time.
    pub trouble: Option<String>,
    pub may_create: bool,
    /// Whether the viewer may fetch the repository anew.
    pub may_refresh: bool,
}

/// One published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    pub version: String,
    pub date: Option<When>,
    /// Images with their tags.
    pub images: Vec<String>,
    /// The release note, as plain text.
    pub notes: String,
}

/// Versions whose images are read for the page; the others are listed without.
const READ_WHOLE: usize = 15;

/// The page of a recipe. It is fetched now if it never was.
pub async fn show(may: Grant<ViewRecipes>, Name(name): Name, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let recipe = site.store.recipe(&name).await?.ok_or(Failure::NotFound)?;
    let mut trouble = Some(recipe.problem.clone()).filter(|p| !p.is_empty());
    let admin = is_admin(may.actor());
    if recipe.refreshed_at.is_none() && recipe.problem.is_empty() {
        trouble = if admin {
            refresh_recipe(&site.store, &site.shelf, site.settings.local_recipes.is_some(), &recipe).await.err()
        } else {
            Some("its repository was not fetched yet; an admin who opens this page does that".to_owned())
        };
    }
    let (shelf, listed) = (site.shelf.clone(), recipe.clone());
    let read = blocking(move || read(&shelf, &listed)).await?;
    let apps = site.store.apps().await?.into_iter().filter(|a| a.recipe == name).map(|a| a.name).collect();
    page(&RecipeView {
        shell: shell(&site, &visit, name.clone(), Nav::Catalogue).await,
        summary: if recipe.description.is_empty() { read.summary } else { recipe.description.clone() },
        category: recipe.category.clone(),
        source: source(&recipe),
        features: read.features,
        may_create: admin && !read.versions.is_empty(),
        may_refresh: admin,
        versions: read.versions.into_iter().map(|v| v.row(&site)).collect(),
        readme: Markdown(read.readme),
        host_powers: read.powers,
        apps,
        trouble: trouble.map(|t| format!("{}.", sentence(&t))),
        name,
    })
}

/// Fetches the recipe's repository anew.
pub async fn refresh(may: Grant<RefreshRecipe>, Name(name): Name, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let recipe = site.store.recipe(&name).await?.ok_or(Failure::NotFound)?;
    let fetched = refresh_recipe(&site.store, &site.shelf, site.settings.local_recipes.is_some(), &recipe).await;
    let (moved, problem) = match fetched {
        Ok(refreshed) => (refreshed.moved_tags, String::new()),
        Err(problem) => (vec![], problem),
    };
    site.store.commit(&may, recipe_refresh::RefreshRecipe { what: name.clone(), moved, problem }).await?;
    see_other(&format!("/recipes/{name}"))
}

fn source(recipe: &Recipe) -> Option<Link> {
    let label = recipe.origin.trim_start_matches("https://").to_owned();
    recipe.origin.starts_with("https://").then(|| Link { label, href: recipe.origin.clone() })
}

/// What the shelf knows of a recipe.
#[derive(Default)]
struct Read {
    summary: String,
    features: Vec<(String, String)>,
    versions: Vec<ReadVersion>,
    readme: String,
    powers: Vec<String>,
}

struct ReadVersion {
    version: String,
    at_s: i64,
    images: Vec<String>,
    notes: String,
}

impl ReadVersion {
    fn row(self, site: &Site) -> VersionRow {
        VersionRow { version: self.version, date: Some(moment(site, self.at_s * 1000)), images: self.images, notes: self.notes }
    }
}

/// Reads what there is; a recipe that can't be read at all has an empty page with the reason on top.
fn read(shelf: &Shelf, recipe: &Recipe) -> Read {
    let Ok(name) = RecipeName::parse(&recipe.name) else { return Read::default() };
    let (Ok(head), Ok(tags)) = (shelf.head(&name), shelf.versions(&name)) else { return Read::default() };
    let file = |path: &str| {
        shelf.read(&name, &head, path).ok().flatten().map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    };
    let readme = file("README.md");
    let metadata = readme::metadata(&readme);
    let commits: BTreeMap<String, String> = tags.iter().map(|t| (t.name.clone(), t.commit.clone())).collect();
    let tags = tags.into_iter().filter(|t| t.annotated).map(|t| version::Tag { name: t.name, at_s: t.at_s }).collect();
    let newest = version::newest_first(tags);
    let at = |tag: &version::Tag| RecipeAt {
        name: name.clone(),
        version: tag.name.clone(),
        commit: commits.get(&tag.name).cloned().unwrap_or_default(),
    };
    let powers = newest.first().map(|tag| rendered(shelf, &at(tag)).1).unwrap_or_default();
    let versions = newest.iter().enumerate().map(|(n, tag)| ReadVersion {
        version: tag.name.clone(),
        at_s: tag.at_s,
        images: if n < READ_WHOLE { rendered(shelf, &at(tag)).0 } else { vec![] },
        notes: file(&release_notes::path(&tag.name)),
    });
    let versions = versions.collect();
    Read { summary: metadata.description.clone(), features: features(&metadata), versions, readme: body(&readme), powers }
}

/// Images and host powers of a version, with its sample settings.
fn rendered(shelf: &Shelf, at: &RecipeAt) -> (Vec<String>, Vec<String>) {
    let env = text(shelf, at, ".env.sample").ok().flatten().and_then(|t| EnvFile::parse(&t).ok());
    let Some((env, stack)) = env.zip(StackName::of_app("sample").ok()) else { return (vec![], vec![]) };
    let Ok(rendered) = render(shelf, at, &stack, &env) else { return (vec![], vec![]) };
    let mut images: Vec<String> = rendered.desired.services.into_iter().map(|s| s.task_template.container_spec.image).collect();
    images.sort();
    images.dedup();
    (images, rendered.powers.into_iter().map(|p| p.what).collect())
}

fn features(metadata: &crate::recipe::Metadata) -> Vec<(String, String)> {
    let told = [
        ("Status", metadata.status.map(|s| format!("{s} of 5"))),
        ("Backups", metadata.backups.clone()),
        ("Health check", metadata.healthcheck.clone()),
        ("E-mail", metadata.email.clone()),
        ("Tests", metadata.tests.clone()),
        ("Single sign-on", metadata.sso.clone()),
    ];
    told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.filter(|v| !v.is_empty())?))).collect()
}

/// A README without the block that the features were read from.
fn body(readme: &str) -> String {
    match (readme.split_once("<!-- metadata -->"), readme.split_once("<!-- endmetadata -->")) {
        (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
        _ => readme.to_owned(),
    }
}

#[cfg(any(test, feature = "testing"))]
impl RecipeView {
    pub fn samples() -> Vec<Self> {
        use crate::web::shell::Nav;
        let version = |version: &str, minutes, notes: &str| VersionRow {
            version: version.to_owned(),
            date: Some(When::sample(minutes)),
            images: vec!["dokuwiki/dokuwiki:2024-02-06a".to_owned(), "mariadb:11.4".to_owned()],
            notes: notes.to_owned(),
        };
        let full = Self {
            shell: Shell::sample("dokuwiki", Nav::Catalogue),
            name: "dokuwiki".to_owned(),
            summary: "A wiki that keeps its pages in plain files".to_owned(),
            category: "Apps".to_owned(),
            source: Some(Link { label: "git.example.org/dokuwiki".to_owned(), href: "https://git.example.org/dokuwiki".to_owned() }),
            features: vec![
                ("Backups".to_owned(), "Yes".to_owned()),
                ("Health check".to_owned(), "Yes".to_owned()),
                ("E-mail".to_owned(), "With compose.smtp.yml".to_owned()),
                ("Single sign-on".to_owned(), "No".to_owned()),
            ],
            versions: vec![
                version("1.1.0+2024-02-06a", 50_000, "Pages are re-indexed at the first start.\nIt takes a minute."),
                version("1.0.0+2023-04-04", 500_000, ""),
            ],
            readme: Markdown("# DokuWiki\n\nA wiki without a database.\n\n## Set up\n\n* Make an app\n* Deploy it\n\n```\nabra app new dokuwiki\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>".to_owned()),
            host_powers: vec!["reads the Docker socket".to_owned()],
            apps: vec!["wiki.example.org".to_owned()],
            trouble: None,
            may_create: true,
            may_refresh: true,
        };
        let bare = Self {
            summary: String::new(),
            category: String::new(),
            source: None,
            features: Vec::new(),
            versions: Vec::new(),
            readme: Markdown::default(),
            host_powers: Vec::new(),
            apps: Vec::new(),
            trouble: Some("git.example.org does not answer. This is what was read 3 hours ago".to_owned()),
            may_create: false,
            may_refresh: false,
            ..full.clone()
        };
        vec![full, bare]
    }
}
