//! One recipe: what it is, its versions, what it may do to the machine.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{RefreshRecipe, ViewRecipes};
use crate::access::{ActionName, Grant, policy};
use crate::commands::recipe_refresh;
use crate::envfile::EnvFile;
use crate::ops::refresh::{changed_tags, refresh_recipe};
use crate::ops::render::{RecipeAt, render, text};
use crate::recipe::{CatalogueEntry, ChaosVersion, RecipeName, Releases, ServiceImage, abra_sh, readme, release_notes, version};
use crate::shelf::{Note, Shelf};
use crate::stack::names::StackName;
use crate::stack::observed::Observed;
use crate::stack::policy::verdict;
use crate::store::recipes::Recipe;
use crate::web::apps::facts::blocking;
use crate::web::failure::Failure;
use crate::web::filters::Markdown;
use crate::web::form::{Name, Query};
use crate::web::page::{moment, page, see_other, shell};
use crate::web::powers::Powers;
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;
use crate::web::{Site, filters};

use super::alarms::{self, AlarmRow};
use super::judgement;

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
    /// The home page of the program, as text and link.
    pub website: Option<Link>,
    /// Whether the catalogue named it once and does no more.
    pub delisted: bool,
    /// Features as the authors state them, such as ("Backups", "Yes").
    pub features: Vec<(String, String)>,
    /// Newest first.
    pub versions: Vec<VersionRow>,
    /// The address that shows all versions, and how many there are; absent where all are shown.
    pub more_versions: Option<Link>,
    /// Tags that are no releases, for nobody signed them.
    pub light: Vec<String>,
    /// Versions whose names tell nothing about their order.
    pub strange: Vec<String>,
    /// The newest commit, where there is no version to deploy.
    pub head: Option<String>,
    /// Whether versions are told by the catalogue, for the repository was not fetched yet.
    pub from_catalogue: bool,
    /// Versions that can be held against each other, newest first; fewer than two where there is nothing to compare.
    pub choices: Vec<String>,
    /// The two versions that are held against each other.
    pub from: String,
    pub to: String,
    /// What is written about the way from one to the other; absent where nothing was asked.
    pub between: Option<Vec<Note>>,
    /// Versions that changed after they were published, newest first.
    pub alarms: Vec<AlarmRow>,
    /// The newest of them that nobody has looked at.
    pub open_alarm: Option<i32>,
    pub may_accept: bool,
    /// What can be run in an app's container; with a word about those that no longer work.
    pub commands: Vec<(String, &'static str)>,
    pub readme: Markdown,
    /// What the newest version asks of the machine, with its sample settings.
    pub host_powers: Powers,
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

/// Versions on the page, with their images; all of them only if that is asked for.
const SHOWN: usize = 15;

/// The page of a recipe. It is fetched now if it never was.
pub async fn show(
    may: Grant<ViewRecipes>,
    Name(name): Name,
    visit: Visit,
    query: Query,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let recipe = site.store.recipe(&name).await?.ok_or(Failure::NotFound)?;
    let mut trouble = Some(recipe.problem.clone()).filter(|p| !p.is_empty());
    let can = |action| policy::allows(may.actor().standing(), action);
    if recipe.refreshed_at.is_none() && recipe.problem.is_empty() {
        trouble = if can(ActionName::RefreshRecipe) {
            refresh_recipe(&site.store, &site.shelf, site.settings.local_recipes.is_some(), &recipe).await.err()
        } else {
            Some("its repository was not fetched yet; whoever may fetch recipes does that by opening this page".to_owned())
        };
    }
    let listing: Option<CatalogueEntry> = site.store.listing(&name).await?.and_then(|entry| serde_json::from_str(&entry).ok());
    let website = listing.as_ref().and_then(|entry| link(&entry.website));
    let delisted = listing.is_none() && recipe.source == "catalogue" && site.store.catalogue_state().await?.read_at.is_some();
    let asked = Asked { all: query.get("versions") == "all", from: query.get("from").to_owned(), to: query.get("to").to_owned() };
    let (shelf, listed, wanted) = (site.shelf.clone(), recipe.clone(), asked.clone());
    let read = blocking(move || read(&shelf, &listed, listing.as_ref(), &wanted)).await?;
    let apps = site.store.seen_by(may.actor()).apps().await?.into_iter().filter(|a| a.recipe == name).map(|a| a.name).collect();
    let alarms = site.store.tag_alarms(&name).await?;
    let more = format!("/recipes/{name}?versions=all#versions");
    page(&RecipeView {
        shell: shell(&site, &visit, name.clone(), Nav::Catalogue).await,
        summary: if recipe.description.is_empty() { read.summary } else { recipe.description.clone() },
        category: recipe.category.clone(),
        source: link(&recipe.origin),
        website,
        delisted,
        features: read.features,
        may_create: can(ActionName::BeginApp) && (!read.versions.is_empty() || read.head.is_some()),
        may_refresh: can(ActionName::RefreshRecipe),
        may_accept: can(ActionName::AcceptTags),
        more_versions: (read.count > read.versions.len())
            .then(|| Link { label: format!("Show all {} versions", read.count), href: more }),
        versions: read.versions.into_iter().map(|v| v.row(&site)).collect(),
        light: read.light,
        strange: read.strange,
        head: read.head,
        from_catalogue: read.from_catalogue,
        choices: read.choices,
        from: asked.from,
        to: asked.to,
        between: read.between,
        open_alarm: alarms.iter().find(|alarm| alarm.seen_at.is_none()).map(|alarm| alarm.id),
        alarms: alarms::rows(&site, &alarms),
        commands: read.commands,
        readme: Markdown(read.readme),
        host_powers: read.powers,
        apps,
        trouble: trouble.map(|t| match recipe.refreshed_at {
            Some(at) => format!("{}. The copy from {} is used.", sentence(&t), moment(&site, at).ago),
            None => format!("{}.", sentence(&t)),
        }),
        name,
    })
}

/// What the address of the page asks for.
#[derive(Clone)]
struct Asked {
    /// All versions instead of the newest ones.
    all: bool,
    /// Two versions that are to be held against each other; empty if none.
    from: String,
    to: String,
}

/// Fetches the recipe's repository anew.
pub async fn refresh(may: Grant<RefreshRecipe>, Name(name): Name, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let recipe = site.store.recipe(&name).await?.ok_or(Failure::NotFound)?;
    let fetched = refresh_recipe(&site.store, &site.shelf, site.settings.local_recipes.is_some(), &recipe).await;
    let (found, problem) = match fetched {
        Ok(_) => (changed_tags(&site.store, &site.shelf, &name).await.map_err(Failure::Unavailable)?, String::new()),
        Err(problem) => (vec![], problem),
    };
    site.store.commit(&may, recipe_refresh::RefreshRecipe { what: name.clone(), found, problem }).await?;
    see_other(&format!("/recipes/{name}"))
}

/// An address as text and link; nothing but `https` becomes one.
fn link(address: &str) -> Option<Link> {
    let label = address.strip_prefix("https://").filter(|rest| !rest.is_empty())?;
    Some(Link { label: label.to_owned(), href: address.to_owned() })
}

/// What the shelf, or before a first fetch the catalogue, knows of a recipe.
#[derive(Default)]
struct Read {
    summary: String,
    features: Vec<(String, String)>,
    versions: Vec<ReadVersion>,
    /// How many versions there are in all.
    count: usize,
    light: Vec<String>,
    strange: Vec<String>,
    head: Option<String>,
    from_catalogue: bool,
    choices: Vec<String>,
    between: Option<Vec<Note>>,
    commands: Vec<(String, &'static str)>,
    readme: String,
    powers: Powers,
}

struct ReadVersion {
    version: String,
    /// Unknown to the catalogue.
    at_s: Option<i64>,
    images: Vec<String>,
    notes: String,
}

impl ReadVersion {
    fn row(self, site: &Site) -> VersionRow {
        let date = self.at_s.map(|at_s| moment(site, at_s.saturating_mul(1000)));
        VersionRow { version: self.version, date, images: self.images, notes: self.notes }
    }
}

/// Reads what there is; a recipe that can't be read at all has an empty page with the reason on top.
fn read(shelf: &Shelf, recipe: &Recipe, listing: Option<&CatalogueEntry>, asked: &Asked) -> Read {
    let Ok(name) = RecipeName::parse(&recipe.name) else { return Read::default() };
    match (shelf.head(&name), shelf.releases(&name)) {
        (Ok(head), Ok(releases)) => read_mirror(shelf, &name, &head, &releases, asked),
        _ => listing.map(read_listing).unwrap_or_default(),
    }
}

fn read_mirror(shelf: &Shelf, name: &RecipeName, head: &str, releases: &Releases, asked: &Asked) -> Read {
    let file = |path: &str| {
        shelf.read(name, head, path).ok().flatten().map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    };
    let readme = file("README.md");
    let metadata = readme::metadata(&readme);
    let at = |tag: &version::Tag| {
        let commit = shelf.resolve(name, &tag.name).unwrap_or_default();
        RecipeAt { name: name.clone(), version: tag.name.clone(), commit }
    };
    let shown = releases.versions.iter().take(if asked.all { usize::MAX } else { SHOWN });
    let (mut powers, mut versions) = (Powers::default(), vec![]);
    for (number, tag) in shown.enumerate() {
        // To read the images of a hundred versions would take too long.
        let (images, asks) = if number < SHOWN { rendered(shelf, &at(tag)) } else { (vec![], Powers::default()) };
        if number == 0 {
            powers = asks;
        }
        let notes = shelf.notes(name, head, std::slice::from_ref(&tag.name)).pop().map(|note| note.text).unwrap_or_default();
        versions.push(ReadVersion { version: tag.name.clone(), at_s: Some(tag.at_s), images, notes });
    }
    let choices: Vec<String> = releases.versions.iter().map(|tag| tag.name.clone()).collect();
    let newest = releases.versions.first().and_then(|tag| shelf.resolve(name, &tag.name).ok()).unwrap_or_else(|| head.to_owned());
    let script = shelf.read(name, &newest, "abra.sh").ok().flatten().unwrap_or_default();
    Read {
        summary: metadata.description.clone(),
        features: judgement::of_readme(&metadata),
        versions,
        count: releases.versions.len(),
        light: releases.light.iter().map(|tag| tag.name.clone()).collect(),
        strange: releases.strange(),
        head: releases.versions.is_empty().then(|| ChaosVersion::of_commit(head).to_string()),
        from_catalogue: false,
        between: between(shelf, name, &choices, asked),
        choices,
        commands: commands(&String::from_utf8_lossy(&script)),
        readme: body(&readme),
        powers,
    }
}

/// The notes on the way from one version to the other, read at the other; `None` if nothing was asked.
fn between(shelf: &Shelf, name: &RecipeName, newest_first: &[String], asked: &Asked) -> Option<Vec<Note>> {
    if asked.to.is_empty() {
        return None;
    }
    let tags: Vec<String> = newest_first.iter().rev().cloned().collect();
    let wanted = release_notes::between(&tags, Some(&asked.from), &asked.to);
    let commit = shelf.resolve(name, &asked.to).ok();
    Some(commit.map(|commit| shelf.notes(name, &commit, &wanted)).unwrap_or_default())
}

/// Commands that can be run in an app's container.
fn commands(script: &str) -> Vec<(String, &'static str)> {
    let word = |name: &String| if abra_sh::is_legacy(name) { "needs the old abra, and can’t be run" } else { "" };
    abra_sh::functions(script).into_iter().map(|name| (name.clone(), word(&name))).collect()
}

/// What the catalogue tells before the repository was fetched.
fn read_listing(entry: &CatalogueEntry) -> Read {
    let images = |services: &BTreeMap<String, ServiceImage>| {
        let mut images: Vec<_> = services.values().map(|service| format!("{}:{}", service.image, service.tag)).collect();
        images.sort();
        images.dedup();
        images
    };
    let listed = entry.versions.iter().rev().take(SHOWN).map(|listed| ReadVersion {
        version: listed.tag.clone(),
        at_s: None,
        images: images(&listed.services),
        notes: String::new(),
    });
    Read {
        summary: entry.description.clone(),
        features: judgement::of_listing(entry),
        versions: listed.collect(),
        from_catalogue: true,
        ..Read::default()
    }
}

/// Images and host powers of a version, with its sample settings.
fn rendered(shelf: &Shelf, at: &RecipeAt) -> (Vec<String>, Powers) {
    let nothing = || (vec![], Powers::default());
    let env = text(shelf, at, ".env.sample").ok().flatten().and_then(|t| EnvFile::parse(&t).ok());
    let Some((env, stack)) = env.zip(StackName::of_app("sample").ok()) else { return nothing() };
    let Ok(rendered) = render(shelf, at, &stack, &env) else { return nothing() };
    let powers = Powers::of(&stack, &verdict(&rendered.desired, &Observed::default()));
    let mut images: Vec<String> = rendered.desired.services.into_iter().map(|s| s.task_template.container_spec.image).collect();
    images.sort();
    images.dedup();
    (images, powers)
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
            source: link("https://git.example.org/dokuwiki"),
            website: link("https://www.example.org"),
            delisted: false,
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
            more_versions: Some(Link { label: "Show all 31 versions".to_owned(), href: "/recipes/dokuwiki?versions=all#versions".to_owned() }),
            light: vec!["nightly".to_owned()],
            strange: vec!["latest".to_owned()],
            head: None,
            from_catalogue: false,
            choices: vec!["1.1.0+2024-02-06a".to_owned(), "1.0.0+2023-04-04".to_owned()],
            from: "1.0.0+2023-04-04".to_owned(),
            to: "1.1.0+2024-02-06a".to_owned(),
            between: Some(vec![Note { version: "1.1.0+2024-02-06a".to_owned(), text: "Pages are re-indexed <wiki>".to_owned() }]),
            alarms: vec![
                AlarmRow { version: "1.0.0+2023-04-04".to_owned(), what: "was 0123abcd and is now 4567cdef".to_owned(), found: When::sample(30), seen_by: None },
                AlarmRow { version: "0.9.0".to_owned(), what: "is gone from the repository; it was 0123abcd".to_owned(), found: When::sample(9000), seen_by: Some("ana".to_owned()) },
            ],
            open_alarm: Some(7),
            may_accept: true,
            commands: vec![("reindex".to_owned(), ""), ("abra_backup_app".to_owned(), "needs the old abra, and can’t be run")],
            readme: Markdown("# DokuWiki\n\nA wiki without a database.\n\n## Set up\n\n* Make an app\n* Deploy it\n\n```\nabra app new dokuwiki\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>".to_owned()),
            host_powers: Powers::sample(),
            apps: vec!["wiki.example.org".to_owned()],
            trouble: None,
            may_create: true,
            may_refresh: true,
        };
        let bare = Self {
            summary: String::new(),
            category: String::new(),
            source: None,
            website: None,
            delisted: true,
            features: Vec::new(),
            versions: Vec::new(),
            more_versions: None,
            light: Vec::new(),
            strange: Vec::new(),
            head: Some("0123abcd".to_owned()),
            choices: Vec::new(),
            between: None,
            alarms: Vec::new(),
            open_alarm: None,
            may_accept: false,
            commands: Vec::new(),
            readme: Markdown::default(),
            host_powers: Powers::default(),
            apps: Vec::new(),
            trouble: Some("git.example.org does not answer. This is what was read 3 hours ago".to_owned()),
            may_create: false,
            may_refresh: false,
            ..full.clone()
        };
        let mut listed = Self { from_catalogue: true, head: None, between: Some(Vec::new()), ..full.clone() };
        listed.versions.iter_mut().for_each(|version| version.date = None);
        vec![full, bare, listed]
    }
}
