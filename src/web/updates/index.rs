use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Actor;
use crate::access::Grant;
use crate::access::action::ListUpdates;
use crate::ops::updates::policy_of;
use crate::recipe::RecipeName;
use crate::store::overview::AppLine;
use crate::store::updates::{Hold, StoredPolicy, Try};
use crate::updates::{Decision, Mode, Obstacle, Past, Question, decide, newer, step, target};
use crate::web::Site;
use crate::web::apps::facts::blocking;
use crate::web::failure::Failure;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

use super::{Fate, policy_words};

/// Apps with newer versions.
#[derive(Debug, Clone, Template)]
#[template(path = "updates/index.html")]
pub struct UpdatesView {
    pub shell: Shell,
    pub rows: Vec<UpdateRow>,
    /// Apps that run their recipe's newest version.
    pub current: usize,
    /// Apps of which nobody wants to know.
    pub off: usize,
    /// Apps that do not run.
    pub idle: usize,
    /// Apps that run a commit, of which nobody can tell what is newer.
    pub untold: usize,
    /// When the recipes were fetched last, in words.
    pub fetched: Option<crate::web::when::When>,
}

/// One app with newer versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateRow {
    pub app: String,
    pub recipe: String,
    pub from: String,
    /// The newest one.
    pub to: String,
    /// How many there are.
    pub count: usize,
    /// `patch`, `minor` or `major`.
    pub step: &'static str,
    pub policy: String,
    pub fate: Fate,
}

/// What the database says of updates, by app.
struct Kept {
    deployed: BTreeMap<i32, String>,
    policies: BTreeMap<i32, StoredPolicy>,
    tries: BTreeMap<i32, Vec<Try>>,
    holds: BTreeMap<i32, Hold>,
    /// Recipes with versions that changed afterwards.
    alarmed: Vec<String>,
}

/// The overview.
pub async fn index(may: Grant<ListUpdates>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let Found { rows, current, off, idle, untold } = look(&site, may.actor()).await?;
    let fetched = site.store.catalogue_state().await?.swept_at.map(|at| crate::web::page::moment(&site, at));
    page(&UpdatesView { shell: shell(&site, &visit, "Updates", Nav::Updates).await, rows, current, off, idle, untold, fetched })
}

/// What a look at all apps found; the counts are those of [`UpdatesView`].
pub(super) struct Found {
    pub(super) rows: Vec<UpdateRow>,
    current: usize,
    off: usize,
    idle: usize,
    untold: usize,
}

/// Looks at all apps, by name.
pub(super) async fn look(site: &Site, actor: &Actor) -> Result<Found, Failure> {
    let overview = site.store.seen_by(actor).overview().await?;
    let summaries = site.summaries.of(&site.feed.latest().swarm);
    let kept = kept(site).await?;
    let (mut off, mut idle, mut untold, mut current) = (0, 0, 0, 0);
    let mut behind = vec![];
    for app in &overview.apps {
        let mode = policy_of(kept.policies.get(&app.id)).mode;
        match kept.deployed.get(&app.id).filter(|_| summaries.contains_key(&app.stack)) {
            None => idle += 1,
            Some(_) if mode == Mode::Off => off += 1,
            Some(from) => match newer(from, std::slice::from_ref(&app.newest)) {
                None => untold += 1,
                Some(newer) if newer.is_empty() => current += 1,
                Some(_) => behind.push((app, from)),
            },
        }
    }
    let versions = versions(site, behind.iter().map(|(app, _)| app.recipe.clone()).collect()).await?;
    let mut rows = vec![];
    for (app, from) in behind {
        let tags = versions.get(&app.recipe).map(Vec::as_slice).unwrap_or_default();
        match row(app, from, tags, &kept, site) {
            Some(row) => rows.push(row),
            None => current += 1,
        }
    }
    Ok(Found { rows, current, off, idle, untold })
}

async fn kept(site: &Site) -> Result<Kept, Failure> {
    let store = &site.store;
    let mut tries: BTreeMap<i32, Vec<Try>> = BTreeMap::new();
    for one in store.update_tries(None).await? {
        tries.entry(one.app_id).or_default().push(one);
    }
    Ok(Kept {
        deployed: store.deployed_versions().await?.into_iter().map(|d| (d.app_id, d.version)).collect(),
        policies: store.update_policies().await?.into_iter().map(|p| (p.app_id, p)).collect(),
        tries,
        holds: store.update_holds().await?.into_iter().map(|h| (h.app_id, h)).collect(),
        alarmed: store.alarmed_recipes().await?,
    })
}

/// The releases of these recipes, newest first.
async fn versions(site: &Site, mut recipes: Vec<String>) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    recipes.sort_unstable();
    recipes.dedup();
    let shelf = site.shelf.clone();
    let names = move |recipe: &str| {
        let releases = RecipeName::parse(recipe).ok().and_then(|name| shelf.releases(&name).ok());
        releases.map(|r| r.versions.into_iter().map(|tag| tag.name).collect()).unwrap_or_default()
    };
    blocking(move || recipes.into_iter().map(|recipe| (names(&recipe), recipe)).map(|(tags, recipe)| (recipe, tags)).collect())
        .await
}

/// `None` where nothing is newer. What only a look at the version itself tells is known from the last window; the app's own page looks.
fn row(app: &AppLine, from: &str, tags: &[String], kept: &Kept, site: &Site) -> Option<UpdateRow> {
    let policy = policy_of(kept.policies.get(&app.id));
    let found = newer(from, tags)?;
    let to = found.first()?.clone();
    let tries = kept.tries.get(&app.id).map(Vec::as_slice).unwrap_or_default();
    let past =
        Past { tried: tries.iter().map(|t| t.version.clone()).collect(), last_window: tries.iter().map(|t| t.window_at).max() };
    let mut obstacles = vec![];
    let due = target(policy.mode, from, &found);
    if let Some(hold) = kept.holds.get(&app.id).filter(|hold| due == Some(hold.version.as_str())) {
        obstacles.extend(hold.why.lines().map(|why| Obstacle { text: why.to_owned(), passes: false }));
    }
    let alarm = "published versions of the recipe were changed afterwards";
    if kept.alarmed.contains(&app.recipe) && !obstacles.iter().any(|o| o.text.starts_with(alarm)) {
        obstacles.push(Obstacle { text: format!("{alarm}, and nobody has looked at it"), passes: false });
    }
    let now = site.store.clock().now();
    let question = Question { policy: &policy, now, current: from, newer: &found, past: &past, obstacles: &obstacles };
    let decision = decide(&question);
    let mut fate = Fate::of(&decision, site);
    if matches!(decision, Decision::Later { .. } | Decision::Run { .. }) {
        fate.text.push_str(", if nothing stands against it then");
    }
    Some(UpdateRow {
        app: app.name.clone(),
        recipe: app.recipe.clone(),
        step: step(from, &to).map_or("", crate::updates::Step::as_str),
        from: from.to_owned(),
        to,
        count: found.len(),
        policy: policy_words(&policy),
        fate,
    })
}

#[cfg(any(test, feature = "testing"))]
impl UpdatesView {
    pub fn samples() -> Vec<Self> {
        use crate::web::status::CheckState;
        let row = |app: &str, to: &str, count, step, policy: &str, state, text: &str| UpdateRow {
            app: app.to_owned(),
            recipe: "dokuwiki".to_owned(),
            from: "1.1.0+2024-02-06a".to_owned(),
            to: to.to_owned(),
            count,
            step,
            policy: policy.to_owned(),
            fate: Fate { state, text: text.to_owned(), why: vec![] },
        };
        let empty = Self {
            shell: Shell::sample("Updates", Nav::Updates),
            rows: vec![],
            current: 0,
            off: 0,
            idle: 0,
            untold: 0,
            fetched: None,
        };
        let mut full = Self {
            rows: vec![
                row("wiki.example.org", "1.1.1+2024", 1, "patch", "only tell", CheckState::Warning, "Canteen only tells"),
                row("pad.example.org", "2.0.0+3", 4, "major", "patches by itself", CheckState::Failed, "Somebody has to look"),
            ],
            current: 12,
            off: 1,
            idle: 2,
            untold: 1,
            fetched: Some(crate::web::when::When::sample(30)),
            ..empty.clone()
        };
        if let Some(last) = full.rows.last_mut() {
            last.fate.why = vec!["Its authors write about 1.2.0: “set <starting>”".to_owned()];
        }
        let quiet = Self { rows: vec![], current: 3, ..full.clone() };
        vec![empty, full, quiet]
    }
}
