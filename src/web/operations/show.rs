//! One operation while it runs and after.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::ViewOperations;
use crate::access::{ActionName, Grant, Target, policy};
use crate::ops::after::STEP_FAILED;
use crate::ops::fallback::PUT_BACK;
use crate::ops::places::Queue;
use crate::store::operations::{Operation, State};
use crate::web::Site;
use crate::web::apps::deployments::put_back;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::{fragment, moment, page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Shell};
use crate::web::status::{OperationState, StepState};
use crate::web::visit::Visit;
use crate::web::when::When;

use super::journal::{Progress, StepLine, log, progress, steps};
use super::output::{OutputPart, parts, written};
use super::{app_path, found, state, title, took};

/// One operation. The block `live` is the fragment that the page fetches again when it is poked.
#[derive(Debug, Clone, Template)]
#[template(path = "operations/show.html", blocks = ["live"])]
pub struct OperationView {
    pub shell: Shell,
    pub id: String,
    /// Such as "Deploy 1.1.0".
    pub title: String,
    pub app: String,
    /// The app's page.
    pub app_href: String,
    /// The app was removed since.
    pub removed: bool,
    pub state: OperationState,
    pub by: String,
    pub started: Option<When>,
    /// Such as "48 s".
    pub elapsed: String,
    /// Why it has not begun; empty once it has.
    pub waits: String,
    pub steps: Vec<StepLine>,
    pub services: Vec<Progress>,
    /// The end of the log, oldest line first.
    pub log: Vec<String>,
    /// What commands wrote, step by step.
    pub output: Vec<OutputPart>,
    /// Commands wrote something that only admins may read.
    pub hidden_output: bool,
    /// Where what runs now can be stopped.
    pub stop: Option<String>,
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

/// One operation.
pub async fn show(may: Grant<ViewOperations>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&one(&may, id, &visit, &site).await?)
}

/// The living part of one operation alone.
pub async fn live(may: Grant<ViewOperations>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    fragment(one(&may, id, &visit, &site).await?.as_live().render())
}

async fn one(may: &Grant<ViewOperations>, id: i64, visit: &Visit, site: &Site) -> Result<OperationView, Failure> {
    let since = site.live.seq();
    let (may, operation) = found(may, id, site).await?;
    let id = operation.id;
    let journal = site.store.journal(id, 0).await?;
    let now = site.store.clock().now();
    let app = Target::App(operation.kept_as.as_ref().unwrap_or(&operation.app).clone());
    let can = |action| policy::judge(may.actor().standing(), action, &app).is_ok();
    let back = if can(ActionName::Rollback) { way_back(&operation, site).await? } else { None };
    let reads = can(ActionName::ReadOutput);
    let stop = can(ActionName::StopCommand) && site.handover.stops.can_stop(id);
    let reveal = can(ActionName::RevealSecret) && site.reveals.has(id, may.actor().member(), now);
    Ok(OperationView {
        shell: shell(site, visit, format!("{} {}", title(&operation), operation.app), Nav::Operations).await,
        id: id.to_string(),
        title: title(&operation),
        app: operation.app.clone(),
        app_href: app_path(&operation),
        removed: operation.kept_as.is_some(),
        state: state(&operation),
        by: operation.asked_by.told(),
        started: operation.started_at.map(|at| moment(site, at)),
        elapsed: took(&operation, site),
        waits: waits(&operation, site).await?,
        steps: steps(&journal, &operation, now),
        services: progress(&journal),
        log: log(&journal),
        output: if reads { parts(&journal) } else { vec![] },
        hidden_output: !reads && written(&journal),
        stop: stop.then(|| format!("/operations/{id}/stop")),
        outcome: outcome(&operation),
        causes: operation.cause.lines().map(str::to_owned).collect(),
        links: back.into_iter().chain(links(&operation, can)).collect(),
        reveal: reveal.then(|| format!("/operations/{id}/reveal")),
        stream: format!("/live?since={since}&topics=op-{id},over-{id}"),
        live_url: format!("/operations/{id}/live"),
    })
}

/// What has the places that a waiting operation could have.
async fn waits(operation: &Operation, site: &Site) -> Result<String, Failure> {
    if operation.state != State::Queued {
        return Ok(String::new());
    }
    let queue = Queue::of(&operation.kind);
    let running = site.store.live_operations().await?.into_iter().filter(|o| o.state == State::Running);
    let before: Vec<String> =
        running.filter(|o| Queue::of(&o.kind) == queue).map(|o| format!("{} of {}", title(&o), o.app)).collect();
    if before.len() < queue.places() {
        return Ok("It begins in a moment".to_owned());
    }
    let what = if queue == Queue::Commands { "commands" } else { "operations" };
    Ok(format!("Only {} {what} run at once, and these run now: {}", queue.places(), before.join(", ")))
}

/// Where this operation is what went wrong last: the way back.
async fn way_back(operation: &Operation, site: &Site) -> Result<Option<Link>, Failure> {
    if operation.state != State::Failed || operation.kept_as.is_some() {
        return Ok(None);
    }
    let Some(app) = site.store.app_by_id(operation.app_id).await? else { return Ok(None) };
    Ok(put_back(site, &app).await?.filter(|(failed, _)| *failed == operation.id).map(|(_, link)| link))
}

fn outcome(operation: &Operation) -> String {
    match (operation.state, operation.outcome.as_str()) {
        (State::Queued | State::Running, _) => String::new(),
        (_, "converged") if operation.kind == "rollback" => "Healthy: everything runs again as it did then".to_owned(),
        (_, "converged") if operation.kind == "restart" => "Healthy: all new tasks run".to_owned(),
        (_, "converged") if operation.kind == "scale" => "Healthy: as many tasks run as were asked for".to_owned(),
        (_, "converged") => "Healthy: everything runs as it was deployed".to_owned(),
        (_, STEP_FAILED) if operation.kind == "undeploy" => {
            "Not undeployed: a step before it failed, and nothing was removed".to_owned()
        }
        (_, STEP_FAILED) if operation.kind == "rollback" => "Everything runs as it did then, but a step after it failed".to_owned(),
        (_, STEP_FAILED) => "Deployed and healthy, but a step after it failed".to_owned(),
        (_, "rolled back") => "Rolled back: the new version did not come up, and the one before runs again".to_owned(),
        (_, PUT_BACK) => "Failed, and put back: it did not come up, and everything runs again as before".to_owned(),
        (_, "paused") => "Paused: the Swarm stopped half-way and waits for somebody".to_owned(),
        (_, "timed out") => "Timed out: it did not come up in time".to_owned(),
        (_, "still waiting") => "Still waiting: nothing went wrong, but it needs more time than it was given".to_owned(),
        (_, "plan changed") => "Not started: the plan was out of date".to_owned(),
        (_, "undeployed") => "Undeployed: nothing of it runs any more; its data was kept".to_owned(),
        (_, "backed up") => "Backed up: the snapshot is in the repository".to_owned(),
        (_, "imported") => "Imported: what runs is the first record, and nothing was changed".to_owned(),
        (_, "adopted") => "Kept: what runs is the record from now on".to_owned(),
        (_, "removed") if operation.kind == "remove" => "Removed: the app is gone from the list; its history stays".to_owned(),
        (_, "generated" | "inserted") => "Done: the secrets are set".to_owned(),
        (_, "rotated") => "Rotated: the new version is in use".to_owned(),
        (_, "removed") => "Removed: nothing used them any more".to_owned(),
        (_, "command done") => "Done: the command reached its end".to_owned(),
        (_, "command failed") => "Failed: the command ended with an error".to_owned(),
        (_, "command ended") => "Ended before it was done".to_owned(),
        (_, "lost") => "Lost: it can’t be told whether the command reached its end".to_owned(),
        (_, "not begun") => "Not begun: nothing was run".to_owned(),
        (_, other) => sentence(other),
    }
}

fn links(operation: &Operation, can: impl Fn(ActionName) -> bool) -> Vec<Link> {
    let link = |label: &str, path: &str| Link { label: label.to_owned(), href: format!("{}{path}", app_path(operation)) };
    let apps = || Link { label: "To the apps".to_owned(), href: "/apps".to_owned() };
    if operation.kept_as.is_some() {
        return vec![apps(), link("To what is left of the app", "")];
    }
    let next = match operation.kind.as_str() {
        "secrets" if operation.state == State::Done => ActionName::ViewPlan,
        "deploy" | "rollback" | "reapply" | "adopt" => ActionName::Deploy,
        "remove" => ActionName::Remove,
        _ => ActionName::ListSecrets,
    };
    match (operation.state, operation.kind.as_str(), can(next)) {
        (State::Done, "secrets", true) => vec![link("Review and deploy", "/deployment"), link("To the secrets", "/secrets")],
        (State::Failed, "undeploy", true) if operation.outcome == STEP_FAILED => {
            vec![link("Look at the undeploy again", "/undeployment"), link("To the steps", "/commands"), link("To the app", "")]
        }
        (State::Done, "deploy" | "rollback", true) if operation.outcome == STEP_FAILED => {
            vec![link("To the steps", "/commands"), link("To the app", "")]
        }
        (_, "command", _) => vec![link("To the commands", "/commands"), link("To the app", "")],
        (State::Failed, "deploy", true) => vec![link("Review again", "/deployment"), link("To the app", "")],
        (State::Failed, "rollback", true) => vec![link("To the deploys", "/deployments"), link("To the app", "")],
        (State::Failed, "reapply" | "adopt", true) => vec![link("Look again", "/drift"), link("To the app", "")],
        (State::Failed, "remove", true) => vec![link("Remove the rest", "/removal"), link("To the app", "")],
        (State::Done, "remove", _) => vec![apps()],
        (State::Done | State::Failed, "configs_removal", _) => vec![link("To the configs", "/configs"), link("To the app", "")],
        (_, "rotate" | "secrets_removal", true) => vec![link("To the secrets", "/secrets"), link("To the app", "")],
        (State::Failed, "secrets", true) => vec![link("To the secrets", "/secrets")],
        _ => vec![link("To the app", "")],
    }
}
