//! One app: is it well, what changed, what to do next.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{Deploy, Remove, Restart, Rollback, Scale, Undeploy, ViewApp};
use crate::access::{Grant, Sight};
use crate::stack::health::HealthState;
use crate::store::deployments::Deployment;
use crate::web::Site;
use crate::web::approvals::ApprovalRow;
use crate::web::apps::deployment::CommitNote;
use crate::web::apps::deployments::put_back;
use crate::web::apps::drift::drift;
use crate::web::apps::facts::{Facts, facts, status};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::removal::removed;
use crate::web::apps::updates;
use crate::web::failure::Failure;
use crate::web::operations::{state, title};
use crate::web::page::{fragment, moment, page, shell};
use crate::web::shell::{Link, Nav, Shell};
use crate::web::status::{Check, CheckState, OperationState, Status};
use crate::web::visit::Visit;
use crate::web::when::When;

/// The overview of an app. The block `live` is the fragment that the page fetches again when it is poked.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/show.html", blocks = ["live"])]
pub struct AppView {
    pub shell: Shell,
    pub app: AppHeader,
    pub services: Vec<ServiceRow>,
    /// An operation that runs on this app now.
    pub running: Option<OperationLink>,
    /// What was asked for and waits for approval.
    pub waiting: Vec<ApprovalRow>,
    pub last_deploy: Option<DeployLine>,
    /// Present where the app is at a commit and no release.
    pub commit: Option<CommitNote>,
    /// The way back, after something went wrong.
    pub put_back: Option<Link>,
    /// What runs is not what was deployed from here.
    pub drifted: bool,
    /// What is missing before a first deploy, or what a member should know: changed settings, an update.
    pub notes: Vec<Check>,
    /// Address of the event stream; absent where the page is not live.
    pub live: Option<String>,
    /// Address of the block `live`.
    pub live_url: String,
    /// How long ago the engine was asked.
    pub checked: Option<When>,
    pub may_deploy: bool,
    pub may_undeploy: bool,
    pub may_restart: bool,
    pub may_scale: bool,
    pub may_remove: bool,
}

/// One service of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    pub name: String,
    pub image: String,
    pub state: Status,
    /// Running of wanted, such as "1/1".
    pub tasks: String,
    /// The engine's own words about the tasks that failed last.
    pub errors: Vec<String>,
}

/// A running operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationLink {
    pub id: String,
    pub title: String,
}

/// The last deploy of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployLine {
    /// The operation's id.
    pub id: String,
    pub version: String,
    pub state: OperationState,
    pub by: String,
    pub when: When,
}

/// Error texts of one service on the page; the rest is history.
const MOST_ERRORS: usize = 5;
/// Requests for approval on the page.
const MOST_WAITING: i64 = 10;

/// The page of an app.
pub async fn show(may: Grant<ViewApp>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    match view(&may, &visit, &site).await {
        Err(Failure::Removed(_)) => removed(&may, &visit, &site).await,
        view => page(&view?),
    }
}

/// The living part alone.
pub async fn live(may: Grant<ViewApp>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    fragment(view(&may, &visit, &site).await?.as_live().render())
}

async fn view(may: &Grant<ViewApp>, visit: &Visit, site: &Site) -> Result<AppView, Failure> {
    let since = site.live.seq();
    let facts = facts(may, site).await?;
    let operations = site.store.operations(Some(facts.app.id), None, 1).await?;
    let last = site.store.deployments(facts.app.id, None, 1).await?.into_iter().next();
    let running = operations.first().filter(|o| o.state.is_live());
    let deployed = facts.health.state != HealthState::NotDeployed;
    let primary = Link {
        label: if deployed { "Review a deploy" } else { "Review and deploy" }.to_owned(),
        href: format!("/apps/{}/deployment", facts.app.name),
    };
    let put_back =
        if facts.may::<Rollback>() && running.is_none() { put_back(site, &facts.app).await?.map(|(_, link)| link) } else { None };
    let drifted = drift(&facts, site).await?.is_some();
    let topics = format!("apps,stack-{}", facts.app.stack);
    Ok(AppView {
        shell: shell(site, visit, facts.app.name.clone(), Nav::Apps).await,
        app: facts.header(Tab::Overview, put_back.clone().or(Some(primary))),
        services: services(&facts),
        running: running.map(|o| OperationLink { id: o.id.to_string(), title: title(o) }),
        waiting: waiting(&facts, site).await?,
        last_deploy: last_deploy(site, last).await?,
        commit: if facts.commit { CommitNote::of(site, &facts.app.recipe, &facts.app.version, "").await? } else { None },
        put_back,
        drifted,
        notes: notes(&facts, site).await?.into_iter().chain(updates::note(&facts, site).await?).collect(),
        live: Some(format!("/live?since={since}&topics={topics}")),
        live_url: format!("/apps/{}/live", facts.app.name),
        checked: (facts.observed.at > 0).then(|| moment(site, facts.observed.at)),
        may_deploy: facts.may::<Deploy>(),
        may_undeploy: facts.may::<Undeploy>() && deployed,
        may_restart: facts.may::<Restart>() && deployed,
        may_scale: facts.may::<Scale>() && deployed,
        may_remove: facts.may::<Remove>() && !deployed,
    })
}

fn services(facts: &Facts) -> Vec<ServiceRow> {
    let row = |service: &crate::stack::health::ServiceHealth| {
        let failed = service.tasks.iter().filter(|t| !t.error.is_empty());
        let text = |t: &crate::stack::health::TaskLine| {
            if t.node.is_empty() { format!("{}: {}", t.state, t.error) } else { format!("{} on {}: {}", t.state, t.node, t.error) }
        };
        ServiceRow {
            name: service.name.clone(),
            image: service.image.split('@').next().unwrap_or(&service.image).to_owned(),
            state: status(service.state),
            tasks: format!("{}/{}", service.running, service.wanted),
            errors: failed.take(MOST_ERRORS).map(text).collect(),
        }
    };
    facts.health.services.iter().map(row).collect()
}

async fn waiting(facts: &Facts, site: &Site) -> Result<Vec<ApprovalRow>, Failure> {
    let found = site.store.approvals(Sight::All, Some(facts.app.id), true, None, MOST_WAITING).await?;
    ApprovalRow::all(&found, site).await
}

async fn last_deploy(site: &Site, last: Option<Deployment>) -> Result<Option<DeployLine>, Failure> {
    let Some(last) = last else { return Ok(None) };
    let operation = site.store.operation(last.operation_id).await?;
    let by = operation.as_ref().map(|o| o.asked_by.told()).unwrap_or_default();
    Ok(Some(DeployLine {
        id: last.operation_id.to_string(),
        version: last.version,
        state: operation.as_ref().map_or(OperationState::Done, state),
        by,
        when: moment(site, last.at),
    }))
}

/// What is missing before a deploy.
async fn notes(facts: &Facts, site: &Site) -> Result<Vec<Check>, Failure> {
    let env = facts.revision(site).await?.text;
    let note = |name: &str, state, text: String| Check { name: name.to_owned(), state, text };
    Ok(match facts.render(site, &facts.app.version, &env).await? {
        Err(error) => vec![note("Settings", CheckState::Failed, crate::web::setup::sentence(&error.to_string()))],
        Ok((_, rendered)) => {
            let missing: Vec<&str> = rendered
                .needs
                .iter()
                .filter(|n| facts.observed.secrets.iter().all(|s| s.name != n.name))
                .map(|n| n.local.as_str())
                .collect();
            match (missing.is_empty(), rendered.needs.is_empty()) {
                (false, _) => vec![note(
                    "Secrets",
                    CheckState::Failed,
                    format!("Missing: {}. The Secrets page makes them", missing.join(", ")),
                )],
                (true, false) => vec![note("Secrets", CheckState::Passed, "All are set".to_owned())],
                (true, true) => vec![],
            }
        }
    })
}

#[cfg(any(test, feature = "testing"))]
impl AppView {
    pub fn samples() -> Vec<Self> {
        use super::header::Tab;
        use crate::web::shell::Nav;
        use crate::web::status::CheckState;
        let service = |name: &str, image: &str, state, tasks: &str| ServiceRow {
            name: name.to_owned(),
            image: image.to_owned(),
            state,
            tasks: tasks.to_owned(),
            errors: Vec::new(),
        };
        let check = |name: &str, state, text: &str| Check { name: name.to_owned(), state, text: text.to_owned() };
        let deploy = DeployLine {
            id: "41".to_owned(),
            version: "1.1.0+2024-02-06a".to_owned(),
            state: OperationState::Done,
            by: "Ana".to_owned(),
            when: When::sample(2000),
        };
        let healthy = Self {
            shell: Shell::sample("wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Overview),
            services: vec![
                service("app", "dokuwiki/dokuwiki:2024-02-06a", Status::Healthy, "2/2"),
                service("db", "mariadb:11.4", Status::Healthy, "1/1"),
            ],
            running: None,
            waiting: vec![ApprovalRow::sample(crate::store::approvals::RequestState::Waiting)],
            last_deploy: Some(deploy.clone()),
            commit: None,
            put_back: None,
            drifted: false,
            notes: vec![check("Settings", CheckState::Warning, "2 settings were saved but are not deployed")],
            live: Some("/apps/wiki.example.org/events".to_owned()),
            live_url: "/apps/wiki.example.org/live".to_owned(),
            checked: Some(When::sample(0)),
            may_deploy: true,
            may_undeploy: true,
            may_restart: true,
            may_scale: true,
            may_remove: false,
        };
        let fresh = Self {
            app: AppHeader::sample_not_deployed(Tab::Overview),
            services: Vec::new(),
            last_deploy: None,
            notes: vec![
                check("Address", CheckState::Passed, "wiki.example.org points to this server"),
                check("Secrets", CheckState::Failed, "2 of 3 are missing"),
            ],
            live: None,
            checked: None,
            may_undeploy: false,
            may_restart: false,
            may_scale: false,
            may_remove: true,
            ..healthy.clone()
        };
        let mut failing = Self {
            shell: Shell::sample_busy("wiki.example.org", Nav::Apps),
            app: AppHeader::sample_failing(Tab::Overview),
            running: Some(OperationLink { id: "42".to_owned(), title: "Deploying 1.2.0".to_owned() }),
            last_deploy: Some(DeployLine { state: OperationState::Failed, ..deploy }),
            put_back: Some(Link {
                label: "Put back the last deployment that worked".to_owned(),
                href: "/apps/wiki.example.org/deployments/12".to_owned(),
            }),
            ..healthy.clone()
        };
        if let Some(app) = failing.services.first_mut() {
            app.state = Status::Failing;
            "0/2".clone_into(&mut app.tasks);
            app.errors =
                vec!["task: non-zero exit (1)".to_owned(), "starting container failed: <b>no space</b> left on device".to_owned()];
        }
        failing.commit = Some(CommitNote::sample());
        let drifted = Self { drifted: true, ..healthy.clone() };
        let mut read_only = Self { may_deploy: false, may_undeploy: false, ..healthy.clone() };
        (read_only.may_restart, read_only.may_scale) = (false, false);
        vec![healthy, fresh, failing, drifted, read_only]
    }
}
