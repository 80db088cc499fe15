//! Apps, for programs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::access::Grant;
use crate::access::action::{ListApps, ViewApp};
use crate::stack::health::{AppHealth, HealthState};
use crate::store::overview::AppLine;
use crate::web::Site;
use crate::web::api::{Next, Params, answer, utc};
use crate::web::apps::facts::{facts, status};
use crate::web::failure::Failure;
use crate::web::operations::api::Told;
use crate::web::status::Status;

/// One app in a list.
#[derive(Serialize)]
struct Row {
    name: String,
    recipe: String,
    /// The version that is chosen for the next deploy.
    version: String,
    /// The newest version of the recipe that is known.
    newest: Option<String>,
    health: Health,
    /// When the last operation ended, or was asked for.
    changed_at: Option<String>,
    changed_by: Option<String>,
    url: String,
}

/// How an app is.
#[derive(Serialize)]
struct Health {
    state: String,
    /// In a sentence.
    detail: String,
    running: u64,
    wanted: u64,
}

/// One app.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    row: Row,
    /// The version that was deployed last and came up; nothing where nothing runs.
    deployed: Option<String>,
    services: Vec<Service>,
    /// Settings that were saved and not deployed, by name.
    pending_settings: Vec<String>,
    newest_operation: Option<Told>,
    /// When the Swarm was asked.
    checked_at: Option<String>,
}

/// One service of an app.
#[derive(Serialize)]
struct Service {
    name: String,
    image: String,
    state: String,
    running: u64,
    wanted: u64,
}

/// The apps that the caller may see, by name.
pub async fn list(may: Grant<ListApps>, mut asked: Params, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (after, limit) = (asked.text("after"), asked.limit());
    asked.end()?;
    let swarm = site.feed.latest().swarm;
    let overview = site.store.seen_by(may.actor()).overview().await?;
    let summaries = site.summaries.of(&swarm);
    let beyond = overview.apps.iter().filter(|app| after.as_ref().is_none_or(|after| app.name > *after));
    let rows: Vec<Row> = beyond.take(limit + 1).map(|app| row(app, summaries.get(&app.stack), swarm.at == 0)).collect();
    let next = Next { path: "/api/v1/apps", same: vec![] };
    answer(&next.page(rows, limit, "after", |row| row.name.clone()))
}

/// One app.
pub async fn show(may: Grant<ViewApp>, asked: Params, site: Data<Site>) -> Result<HttpResponse, Failure> {
    asked.end()?;
    let facts = facts(&may, &site).await?;
    let overview = site.store.seen_by(may.actor()).overview().await?;
    let app = overview.apps.iter().find(|app| app.id == facts.app.id).ok_or(Failure::NotFound)?;
    let newest = site.store.operations(Some(facts.app.id), None, 1).await?.into_iter().next();
    let deployed = site.store.last_converged(facts.app.id).await?.filter(|_| !facts.observed.services.is_empty());
    let services = facts.health.services.iter().map(|service| Service {
        name: service.name.clone(),
        image: service.image.clone(),
        state: word(status(service.state)),
        running: service.running,
        wanted: service.wanted,
    });
    answer(&Whole {
        row: row(app, Some(&facts.health), facts.observed.at == 0),
        deployed: deployed.map(|deployment| deployment.version),
        services: services.collect(),
        newest_operation: newest.map(|operation| Told::of(&operation)),
        checked_at: (facts.observed.at > 0).then(|| utc(facts.observed.at)),
        pending_settings: facts.pending,
    })
}

fn row(app: &AppLine, health: Option<&AppHealth>, unread: bool) -> Row {
    let state = match health {
        _ if unread => Status::Unknown,
        Some(health) => status(health.state),
        None => status(HealthState::NotDeployed),
    };
    let (running, wanted) = health.map_or((0, 0), |h| h.services.iter().fold((0, 0), |(r, w), s| (r + s.running, w + s.wanted)));
    let detail = health.map(|health| health.sentence.clone()).unwrap_or_default();
    Row {
        name: app.name.clone(),
        recipe: app.recipe.clone(),
        version: app.version.clone(),
        newest: Some(app.newest.clone()).filter(|version| !version.is_empty()),
        health: Health { state: word(state), detail, running, wanted },
        changed_at: app.changed_at.map(utc),
        changed_by: Some(app.changed_by.clone()).filter(|name| !name.is_empty()),
        url: format!("/api/v1/apps/{}", app.name),
    }
}

fn word(state: Status) -> String {
    state.slug().to_owned()
}
