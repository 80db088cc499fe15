//! The page before services are restarted.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{Restart, ReviewChange};
use crate::ops::order;
use crate::ops::restart::restarted;
use crate::recipe::abra_command::Task;
use crate::stack::labels;
use crate::stack::names::scope;
use crate::stack::running::running;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts, facts_of_form, status};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::idle::once;
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Query};
use crate::web::page::{page, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::Status;
use crate::web::visit::Visit;

/// Which services get new tasks.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/restart.html")]
pub struct RestartView {
    pub shell: Shell,
    pub app: AppHeader,
    pub services: Vec<RestartRow>,
    pub problems: Problems,
}

/// One service that could be restarted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartRow {
    pub name: String,
    pub state: Status,
    /// Running of wanted, such as "1/1".
    pub tasks: String,
    pub ticked: bool,
}

/// The choice of services. `?service=web` ticks that one alone.
pub async fn review(may: Grant<ReviewChange>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let one = query.get("service").to_owned();
    let ticked = |name: &str| one.is_empty() || name == one;
    page(&view(&facts, &visit, &site, ticked, Problems::none()).await)
}

/// Gives the chosen services new tasks.
pub async fn restart(may: Grant<Restart>, Fields(fields): Fields, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    running_now(&facts)?;
    let chosen: Vec<&str> = fields.keys().filter_map(|field| field.strip_prefix("service.")).collect();
    let unknown = chosen.iter().find(|name| facts.health.services.iter().all(|s| s.name != **name));
    let problem = match unknown {
        Some(name) => Some(format!("There is no service called {name} any more; choose again")),
        None => chosen.is_empty().then(|| "Choose at least one service".to_owned()),
    };
    if let Some(problem) = problem {
        let mut problems = Problems::none();
        problems.add("service", problem);
        return wrong_form(&view(&facts, &visit, &site, |name| chosen.contains(&name), problems).await);
    }
    let names: Vec<String> = chosen.iter().map(|name| scope(&facts.stack, name)).collect();
    let wanted = restarted(&facts.stack, &facts.observed, &names, timeout_s(&facts, &site));
    start(&may, &visit, &site, order::restart(facts.app.id, Box::new(wanted), visit.form.clone())).await
}

/// What runs can be changed only where something runs.
pub(super) fn running_now(facts: &Facts) -> Result<(), Failure> {
    if facts.observed.at == 0 {
        let text = "Docker has not answered since Canteen was started, so it can’t be told what runs; try again when it is back";
        return Err(Failure::Unavailable(text.to_owned()));
    }
    if facts.observed.services.is_empty() {
        return Err(Failure::Conflict(format!("{} is not deployed, so nothing of it runs", facts.app.name)));
    }
    Ok(())
}

/// Seconds that the recipe, as it runs, gives its services to come up.
pub(super) fn timeout_s(facts: &Facts, site: &Site) -> u64 {
    labels::timeout_s(&running(&facts.stack, &facts.observed, None)).unwrap_or(site.settings.deploy_timeout_s)
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, ticked: impl Fn(&str) -> bool, problems: Problems) -> RestartView {
    let row = |s: &crate::stack::health::ServiceHealth| RestartRow {
        name: s.name.clone(),
        state: status(s.state),
        tasks: format!("{}/{}", s.running, s.wanted),
        ticked: ticked(&s.name),
    };
    let services: Vec<RestartRow> = facts.health.services.iter().map(row).collect();
    let ticked: Vec<String> = services.iter().filter(|row| row.ticked).map(|row| row.name.clone()).collect();
    let some = if ticked.len() == services.len() { vec![] } else { ticked };
    RestartView {
        shell: shell(site, visit, format!("Restart {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None).doing(&[Task::Restart { services: some }]),
        services,
        problems,
    }
}

#[cfg(any(test, feature = "testing"))]
impl RestartView {
    pub fn samples() -> Vec<Self> {
        let row =
            |name: &str, state, tasks: &str| RestartRow { name: name.to_owned(), state, tasks: tasks.to_owned(), ticked: true };
        let page = Self {
            shell: Shell::sample("Restart wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Overview) },
            services: vec![row("app", Status::Healthy, "2/2"), row("db", Status::Failing, "0/1")],
            problems: Problems::none(),
        };
        let empty = Self {
            app: AppHeader::sample_not_deployed(Tab::Overview),
            services: Vec::new(),
            problems: Problems::none(),
            ..page.clone()
        };
        let mut wrong = page.clone();
        for row in &mut wrong.services {
            row.ticked = false;
        }
        wrong.problems.add("service", "Choose at least one service");
        vec![page, empty, wrong]
    }
}
