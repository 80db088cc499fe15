//! Operations, for programs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::access::action::ViewOperations;
use crate::access::{Actor, Grant};
use crate::store::journal::Line;
use crate::store::operations::Operation;
use crate::web::Site;
use crate::web::api::{Next, Params, answer, utc};
use crate::web::failure::Failure;
use crate::web::form::Id;

use super::title;

/// One operation.
#[derive(Serialize)]
pub struct Told {
    id: i32,
    app: String,
    /// In the words of the list of operations.
    title: String,
    /// A stable word, such as `deploy`.
    kind: String,
    state: &'static str,
    /// How it ended, in a stable word; nothing while it has not.
    verdict: Option<String>,
    /// Why, for people.
    cause: Option<String>,
    asked_by: By,
    asked_at: String,
    started_at: Option<String>,
    finished_at: Option<String>,
    /// How often it was begun: more than once after a restart of Canteen.
    attempts: i32,
    url: String,
}

/// Who asked.
#[derive(Serialize)]
struct By {
    name: String,
    /// The token that asked in their name.
    token: Option<String>,
}

/// One line of the journal.
#[derive(Serialize)]
struct Event {
    seq: i32,
    at: String,
    step: String,
    level: String,
    text: String,
}

impl Told {
    /// What is told of it.
    pub(in crate::web) fn of(operation: &Operation) -> Self {
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Self {
            id: operation.id,
            app: operation.app.clone(),
            title: title(operation),
            kind: operation.kind.clone(),
            state: operation.state.as_str(),
            verdict: text(&operation.outcome),
            cause: text(&operation.cause),
            asked_by: By {
                name: operation.asked_by.name.clone(),
                token: operation.asked_by.via.token.as_ref().map(|token| token.name.clone()),
            },
            asked_at: utc(operation.asked_at),
            started_at: operation.started_at.map(utc),
            finished_at: operation.finished_at.map(utc),
            attempts: operation.attempts,
            url: path(operation.id),
        }
    }
}

/// Where an operation is asked for.
pub(in crate::web) fn path(id: i32) -> String {
    format!("/api/v1/operations/{id}")
}

/// Operations on apps that the caller may see, newest first.
pub async fn list(may: Grant<ViewOperations>, mut asked: Params, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (app, before, limit) = (asked.text("app"), asked.number::<i32>("before"), asked.limit());
    asked.end()?;
    let seen = site.store.seen_by(may.actor());
    let only = match &app {
        Some(name) if seen.has(name) => Some(site.store.app(name).await?.ok_or(Failure::NotFound)?.id),
        Some(_) => return Err(Failure::NotFound),
        None => None,
    };
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let told: Vec<Told> = seen.operations(only, before, most).await?.iter().map(Told::of).collect();
    let next = Next { path: "/api/v1/operations", same: app.map(|app| ("app", app)).into_iter().collect() };
    answer(&next.page(told, limit, "before", |told: &Told| told.id.to_string()))
}

/// One operation.
pub async fn show(may: Grant<ViewOperations>, Id(id): Id, asked: Params, site: Data<Site>) -> Result<HttpResponse, Failure> {
    asked.end()?;
    let operation = seen(may.actor(), id, &site).await?;
    answer(&Told::of(&operation))
}

/// What an operation wrote down, oldest first, but for what commands and services wrote.
pub async fn events(may: Grant<ViewOperations>, Id(id): Id, mut asked: Params, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (after, limit) = (asked.number::<i32>("after").unwrap_or_default(), asked.limit());
    asked.end()?;
    let operation = seen(may.actor(), id, &site).await?;
    // That may hold anything; it takes rights that no token has.
    let shown = |line: &Line| !matches!(line.level.as_str(), "out" | "err" | "cut" | "log");
    let lines = site.store.journal(operation.id, after).await?.into_iter().filter(shown).take(limit + 1);
    let events = lines.map(|line| Event { seq: line.seq, at: utc(line.at), step: line.step, level: line.level, text: line.text });
    let path = format!("{}/events", path(operation.id));
    let next = Next { path: &path, same: vec![] };
    answer(&next.page(events.collect(), limit, "after", |event: &Event| event.seq.to_string()))
}

async fn seen(actor: &Actor, id: i64, site: &Site) -> Result<Operation, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    site.store.seen_by(actor).operation(id).await?.ok_or(Failure::NotFound)
}
