//! Operations: the list, and one while it runs and after.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewOperations;
use crate::ops::order::Wanted;
use crate::store::journal::Line;
use crate::store::operations::{Operation, State};
use crate::web::Site;
use crate::web::apps::facts::is_admin;
use crate::web::failure::Failure;
use crate::web::form::{Id, Query};
use crate::web::page::{fragment, moment, page, shell, span};
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Shell};
use crate::web::status::{OperationState, StepState};
use crate::web::visit::Visit;
use crate::web::when::When;

/// The list of operations, newest first. The block `rows` is the fragment that the page fetches again when it is poked.
#[derive(Debug, Clone, Template)]
#[template(path = "operations/index.html", blocks = ["rows"])]
pub struct OperationsView {
    pub shell: Shell,
    pub rows: Vec<OperationRow>,
    /// The page of older ones.
    pub older: Option<String>,
    /// Address of the event stream; absent where the page is not live.
    pub live: Option<String>,
    pub rows_url: String,
}

/// One operation in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRow {
    pub id: String,
    /// Such as "Deploy 1.1.0".
    pub title: String,
    /// The app that it works on; empty for one that concerns the whole server.
    pub app: String,
    pub state: OperationState,
    pub by: String,
    pub started: When,
    /// Such as "48 s"; empty before it starts.
    pub took: String,
}

/// One operation. The block `live` is the fragment that the page fetches again when it is poked.
#[derive(Debug, Clone, Template)]
#[template(path = "operations/show.html", blocks = ["live"])]
pub struct OperationView {
    pub shell: Shell,
    pub id: String,
    /// Such as "Deploy 1.1.0".
    pub title: String,
    pub app: String,
    pub state: OperationState,
    pub by: String,
    pub started: Option<When>,
    /// Such as "48 s".
    pub elapsed: String,
    pub steps: Vec<StepLine>,
    pub services: Vec<Progress>,
    /// The end of the log, oldest line first.
    pub log: Vec<String>,
    /// How it ended, in one sentence; empty while it runs.
    pub outcome: String,
    /// What is known about why it failed.
    pub causes: Vec<String>,
    /// What to do next, the most useful first.
    pub links: Vec<Link>,
    /// Where the secrets that it made can be shown, once; present until the viewer has done so.
    pub reveal: Option<String>,
    /// Address of the event stream.
    pub stream: String,
    /// Address of the block `live`.
    pub live_url: String,
}

impl OperationView {
    /// Steps that are done. Where the operation ended well, a step that was not needed counts as done.
    pub fn steps_over(&self) -> usize {
        let done = |state| state == StepState::Done || (state == StepState::Skipped && self.state != OperationState::Failed);
        self.steps.iter().filter(|step| done(step.state)).count()
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    pub name: String,
    pub state: StepState,
    /// Such as "3 s"; empty before it starts.
    pub elapsed: String,
    /// What the step said.
    pub lines: Vec<String>,
}

/// How far a service has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub service: String,
    pub running: u64,
    pub wanted: u64,
    /// The engine's words about the last task, or what is waited for.
    pub note: String,
}

/// Operations on one page.
const PAGE: i64 = 100;
/// Lines of the log on the page.
const LOG_LINES: usize = 200;

/// The list of operations.
pub async fn index(_may: Grant<ViewOperations>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&list(&visit, &site, query.number("before")).await?)
}

/// The rows alone.
pub async fn rows(_may: Grant<ViewOperations>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    fragment(list(&visit, &site, None).await?.as_rows().render())
}

/// One operation.
pub async fn show(may: Grant<ViewOperations>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&one(&may, id, &visit, &site).await?)
}

/// The living part of one operation alone.
pub async fn live(may: Grant<ViewOperations>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    fragment(one(&may, id, &visit, &site).await?.as_live().render())
}

/// What an operation does, in words.
pub(super) fn title(operation: &Operation) -> String {
    match serde_json::from_str(&operation.wanted) {
        Ok(Wanted::Deploy(wanted)) => format!("Deploy {}", wanted.version.split('+').next().unwrap_or(&wanted.version)),
        Ok(Wanted::Undeploy { .. }) => "Undeploy".to_owned(),
        Ok(Wanted::Secrets { .. }) => "Make secrets".to_owned(),
        Err(_unreadable) => operation.kind.clone(),
    }
}

/// Where an operation stands, as pages show it.
pub(super) const fn state(operation: &Operation) -> OperationState {
    match operation.state {
        State::Queued => OperationState::Queued,
        State::Running => OperationState::Running,
        State::Done => OperationState::Done,
        State::Failed => OperationState::Failed,
    }
}

async fn list(visit: &Visit, site: &Site, before: Option<i32>) -> Result<OperationsView, Failure> {
    let since = site.live.seq();
    let operations = site.store.operations(None, before, PAGE).await?;
    let full = i64::try_from(operations.len()) == Ok(PAGE);
    let older = operations.last().filter(|_| full).map(|last| format!("/operations?before={}", last.id));
    let rows = operations.iter().map(|o| OperationRow {
        id: o.id.to_string(),
        title: title(o),
        app: o.app.clone(),
        state: state(o),
        by: o.asked_by.name.clone(),
        started: moment(site, o.started_at.unwrap_or(o.asked_at)),
        took: took(o, site),
    });
    Ok(OperationsView {
        rows: rows.collect(),
        shell: shell(site, visit, "Operations", Nav::Operations).await,
        older,
        // What is older does not change any more.
        live: before.is_none().then(|| format!("/live?since={since}&topics=apps")),
        rows_url: "/operations/rows".to_owned(),
    })
}

fn took(operation: &Operation, site: &Site) -> String {
    let Some(started) = operation.started_at else { return String::new() };
    span(operation.finished_at.unwrap_or_else(|| site.store.clock().now()) - started)
}

async fn one(may: &Grant<ViewOperations>, id: i64, visit: &Visit, site: &Site) -> Result<OperationView, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    let since = site.live.seq();
    let operation = site.store.operation(id).await?.ok_or(Failure::NotFound)?;
    let journal = site.store.journal(id, 0).await?;
    let now = site.store.clock().now();
    let reveal = is_admin(may.actor()) && site.reveals.has(id, may.actor().member(), now);
    Ok(OperationView {
        shell: shell(site, visit, format!("{} {}", title(&operation), operation.app), Nav::Operations).await,
        id: id.to_string(),
        title: title(&operation),
        app: operation.app.clone(),
        state: state(&operation),
        by: operation.asked_by.name.clone(),
        started: operation.started_at.map(|at| moment(site, at)),
        elapsed: took(&operation, site),
        steps: steps(&journal, &operation, now),
        services: progress(&journal),
        log: log(&journal),
        outcome: outcome(&operation),
        causes: operation.cause.lines().map(str::to_owned).collect(),
        links: links(&operation, is_admin(may.actor())),
        reveal: reveal.then(|| format!("/operations/{id}/reveal")),
        stream: format!("/live?since={since}&topics=op-{id},over-{id}"),
        live_url: format!("/operations/{id}/live"),
    })
}

fn steps(journal: &[Line], operation: &Operation, now: crate::clock::Millis) -> Vec<StepLine> {
    let mut steps: Vec<(StepLine, i64)> = vec![];
    for line in journal {
        match line.level.as_str() {
            "begin" => {
                let step = StepLine { name: line.step.clone(), state: StepState::Running, elapsed: String::new(), lines: vec![] };
                steps.push((step, line.at));
            }
            "end" | "fail" => {
                if let Some((step, began)) = steps.iter_mut().rev().find(|(s, _)| s.name == line.step) {
                    step.state = if line.level == "end" { StepState::Done } else { StepState::Failed };
                    step.elapsed = span(line.at - *began);
                }
            }
            "note" | "warn" => {
                if let Some((step, _)) = steps.last_mut() {
                    step.lines.push(line.text.clone());
                }
            }
            _ => {}
        }
    }
    let live = operation.state.is_live();
    for (step, began) in steps.iter_mut().filter(|(s, _)| s.state == StepState::Running) {
        step.elapsed = span(now - *began);
        if !live {
            step.state = StepState::Skipped;
        }
    }
    steps.into_iter().map(|(step, _)| step).collect()
}

fn progress(journal: &[Line]) -> Vec<Progress> {
    let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
    for line in journal.iter().filter(|l| l.level == "progress") {
        latest.insert(&line.step, &line.text);
    }
    let read = |(service, text): (&str, &str)| {
        let (count, note) = text.split_once(' ').unwrap_or((text, ""));
        let (running, wanted) = count.split_once('/')?;
        Some(Progress {
            service: service.to_owned(),
            running: running.parse().ok()?,
            wanted: wanted.parse().ok()?,
            note: note.to_owned(),
        })
    };
    latest.into_iter().filter_map(read).collect()
}

fn log(journal: &[Line]) -> Vec<String> {
    let lines: Vec<String> =
        journal.iter().filter(|l| l.level == "log").map(|l| format!("{} | {}", l.step, clean(&l.text))).collect();
    let skip = lines.len().saturating_sub(LOG_LINES);
    lines.into_iter().skip(skip).collect()
}

/// Control characters of a container's output are shown, not obeyed.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

fn outcome(operation: &Operation) -> String {
    match (operation.state, operation.outcome.as_str()) {
        (State::Queued | State::Running, _) => String::new(),
        (_, "converged") => "Healthy: everything runs as it was deployed".to_owned(),
        (_, "rolled back") => "Rolled back: the new version did not come up, and the one before runs again".to_owned(),
        (_, "paused") => "Paused: the Swarm stopped half-way and waits for somebody".to_owned(),
        (_, "timed out") => "Timed out: it did not come up in time".to_owned(),
        (_, "plan changed") => "Not started: the plan was out of date".to_owned(),
        (_, "undeployed") => "Undeployed: nothing of it runs any more; its data was kept".to_owned(),
        (_, "generated" | "inserted") => "Done: the secrets are set".to_owned(),
        (_, other) => sentence(other),
    }
}

fn links(operation: &Operation, admin: bool) -> Vec<Link> {
    let link = |label: &str, path: &str| Link { label: label.to_owned(), href: format!("/apps/{}{path}", operation.app) };
    match (operation.state, operation.kind.as_str(), admin) {
        (State::Done, "secrets", true) => vec![link("Review and deploy", "/deployment"), link("To the secrets", "/secrets")],
        (State::Failed, "deploy", true) => vec![link("Review again", "/deployment"), link("To the app", "")],
        (State::Failed, "secrets", true) => vec![link("To the secrets", "/secrets")],
        _ => vec![link("To the app", "")],
    }
}

#[cfg(any(test, feature = "testing"))]
impl OperationsView {
    pub fn samples() -> Vec<Self> {
        use super::shell::Nav;
        let row = |id: &str, title: &str, app: &str, state, minutes, took: &str| OperationRow {
            id: id.to_owned(),
            title: title.to_owned(),
            app: app.to_owned(),
            state,
            by: "Ana".to_owned(),
            started: When::sample(minutes),
            took: took.to_owned(),
        };
        let full = Self {
            shell: Shell::sample_busy("Operations", Nav::Operations),
            rows: vec![
                row("42", "Deploy 1.1.0", "wiki.example.org", OperationState::Running, 0, "12 s"),
                row("41", "Deploy 11.0.2", "cloud.example.org", OperationState::Queued, 1, ""),
                row("40", "Undeploy", "old.example.org", OperationState::Done, 55, "9 s"),
                row("39", "Deploy 2.0.1", "pad.example.org", OperationState::Failed, 3000, "5 min"),
                row("38", "Refresh the catalogue", "", OperationState::Cancelled, 9000, "2 s"),
            ],
            older: Some("/operations?before=38".to_owned()),
            live: Some("/operations/events".to_owned()),
            rows_url: "/operations/rows".to_owned(),
        };
        let empty =
            Self { shell: Shell::sample("Operations", Nav::Operations), rows: Vec::new(), older: None, live: None, ..full.clone() };
        vec![empty, full]
    }
}

#[cfg(any(test, feature = "testing"))]
impl OperationView {
    pub fn samples() -> Vec<Self> {
        use super::shell::Nav;
        let step = |name: &str, state, elapsed: &str, lines: &[&str]| StepLine {
            name: name.to_owned(),
            state,
            elapsed: elapsed.to_owned(),
            lines: lines.iter().map(ToString::to_string).collect(),
        };
        let progress = |service: &str, running, note: &str| Progress {
            service: service.to_owned(),
            running,
            wanted: 2,
            note: note.to_owned(),
        };
        let link = |label: &str, href: &str| Link { label: label.to_owned(), href: href.to_owned() };
        let running = Self {
            shell: Shell::sample("Deploy 1.1.0 of wiki.example.org", Nav::Operations),
            id: "42".to_owned(),
            title: "Deploy 1.1.0".to_owned(),
            app: "wiki.example.org".to_owned(),
            state: OperationState::Running,
            by: "Ana".to_owned(),
            started: Some(When::sample(0)),
            elapsed: "12 s".to_owned(),
            steps: vec![
                step("Compare with the plan", StepState::Done, "1 s", &[]),
                step(
                    "Create networks and configs",
                    StepState::Done,
                    "2 s",
                    &["created network internal", "created config nginx_conf v3"],
                ),
                step("Update services", StepState::Running, "9 s", &["updating service app"]),
                step("Wait until all tasks run", StepState::Queued, "", &[]),
                step("Remove what is no longer used", StepState::Queued, "", &[]),
            ],
            services: vec![progress("app", 1, "pulling dokuwiki:2024-02-06a"), progress("db", 2, "")],
            log: vec!["app.1  ready to handle connections".to_owned(), "app.2  <starting>".to_owned()],
            outcome: String::new(),
            causes: Vec::new(),
            links: vec![link("To the app", "/apps/wiki.example.org")],
            reveal: None,
            stream: "/operations/42/events".to_owned(),
            live_url: "/operations/42/live".to_owned(),
        };
        let queued = Self {
            state: OperationState::Queued,
            started: None,
            elapsed: String::new(),
            steps: Vec::new(),
            services: Vec::new(),
            log: Vec::new(),
            ..running.clone()
        };
        let done = Self {
            state: OperationState::Done,
            elapsed: "48 s".to_owned(),
            steps: running
                .steps
                .iter()
                .map(|line| StepLine { state: StepState::Done, elapsed: "4 s".to_owned(), ..line.clone() })
                .collect(),
            services: vec![progress("app", 2, ""), progress("db", 2, "")],
            outcome: "wiki.example.org runs 1.1.0".to_owned(),
            links: vec![link("Open wiki.example.org", "https://wiki.example.org"), link("To the app", "/apps/wiki.example.org")],
            reveal: Some("/operations/42/reveal".to_owned()),
            ..running.clone()
        };
        let mut failed = Self {
            state: OperationState::Failed,
            outcome: "The service app did not come up; its old task runs again".to_owned(),
            causes: vec!["app.2: task: non-zero exit (1)".to_owned(), "app.2: db_password: no such secret".to_owned()],
            links: vec![
                link("Review another deploy", "/apps/wiki.example.org/deployment"),
                link("To the app", "/apps/wiki.example.org"),
            ],
            ..running.clone()
        };
        for (line, state) in failed.steps.iter_mut().skip(2).zip([StepState::Done, StepState::Failed, StepState::Skipped]) {
            line.state = state;
        }
        vec![running, queued, done, failed]
    }
}
