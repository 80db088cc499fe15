//! The page before an app is undeployed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{ReviewUndeploy, Undeploy};
use crate::ops::after::{BeforeUndeploy, asks_after_undeploy};
use crate::ops::order;
use crate::recipe::abra_command::Task;
use crate::recipe::after::Occasion;
use crate::stack::names::descope;
use crate::stack::observed::NAMESPACE_LABEL;
use crate::web::Site;
use crate::web::apps::commands::{AskedSteps, asked_on, running};
use crate::web::apps::facts::{Facts, facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::idle::once;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::{page, page_with, shell};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// What undeploying takes away and what it leaves.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/undeployment.html")]
pub struct UndeployView {
    pub shell: Shell,
    pub app: AppHeader,
    /// Services by name; they stop and are removed.
    pub services: Vec<String>,
    /// Networks by name; they are removed.
    pub networks: Vec<String>,
    /// Volumes by name; they stay.
    pub volumes: Vec<String>,
    /// How many secrets stay.
    pub secrets: usize,
    /// Steps that the settings ask for before it.
    pub after: AskedSteps,
    /// The revision of the settings that names them.
    pub settings: String,
    /// The settings ask for commands afterwards, too; there is no container left to run them in.
    pub asks_after: bool,
    pub problems: Problems,
}

/// What the button sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndeployForm {
    /// Not empty where the steps that the settings name are to be run before.
    #[serde(default)]
    after: String,
    /// The newest revision of the settings when the page was opened.
    #[serde(default)]
    settings: String,
}

/// The review of an undeploy.
pub async fn review(may: Grant<ReviewUndeploy>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    page(&view(&facts, &visit, &site, Problems::none(), true).await?)
}

/// The page. `ticked`: the steps are to be run.
async fn view(facts: &Facts, visit: &Visit, site: &Site, problems: Problems, ticked: bool) -> Result<UndeployView, Failure> {
    let env = facts.revision(site).await?.text;
    let short = |full: &str| descope(&facts.stack, full).unwrap_or(full).to_owned();
    let mine = |labels: &crate::stack::spec::Labels| labels.get(NAMESPACE_LABEL).is_some_and(|l| l == facts.stack.as_str());
    let mounted = facts.observed.services.iter().flat_map(|s| &s.spec.task_template.container_spec.mounts);
    let mut volumes: Vec<String> =
        mounted.filter(|m| m.kind == "volume" && !m.source.is_empty()).map(|m| short(&m.source)).collect();
    volumes.sort();
    volumes.dedup();
    Ok(UndeployView {
        shell: shell(site, visit, format!("Undeploy {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None).doing(&[Task::Undeploy]),
        services: facts.health.services.iter().map(|s| s.name.clone()).collect(),
        networks: facts.observed.networks.iter().filter(|n| mine(&n.labels)).map(|n| short(&n.name)).collect(),
        volumes,
        secrets: facts.observed.secrets.iter().filter(|s| s.labels.get("coop-cloud.app") == Some(&facts.app.name)).count(),
        after: AskedSteps { ticked, ..asked_on(&env, Occasion::Undeploy) },
        settings: facts.app.env_number.to_string(),
        asks_after: asks_after_undeploy(&env),
        problems,
    })
}

/// Stops the app.
pub async fn undeploy(
    may: Grant<Undeploy>,
    Form(form): Form<UndeployForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    if facts.observed.at == 0 {
        let text = "Docker has not answered since Canteen was started, so it can’t be told what runs; try again when it is back";
        return Err(Failure::Unavailable(text.to_owned()));
    }
    if facts.observed.services.is_empty() {
        return Err(Failure::Conflict(format!("{} is not deployed, so there is nothing to stop", facts.app.name)));
    }
    let before = match before(&facts, &site, &form).await? {
        Ok(before) => before,
        Err(text) => {
            let mut problems = Problems::none();
            problems.add("", text);
            return page_with(StatusCode::CONFLICT, &view(&facts, &visit, &site, problems, true).await?);
        }
    };
    let order = order::undeploy_after(facts.app.id, facts.app.stack.clone(), before, visit.form.clone());
    super::secrets::start(&may, &visit, &site, order).await
}

/// The steps that were ticked, if the settings still name those that were shown. The inner error is for people.
async fn before(facts: &Facts, site: &Site, form: &UndeployForm) -> Result<Result<Option<Box<BeforeUndeploy>>, String>, Failure> {
    if form.after.is_empty() {
        return Ok(Ok(None));
    }
    let env_number = facts.app.env_number;
    if form.settings != env_number.to_string() {
        return Ok(Err(
            "The settings have changed since you opened this page, so nothing was started; look at the steps again".to_owned()
        ));
    }
    if asked_on(&facts.revision(site).await?.text, Occasion::Undeploy).variable().is_none() {
        return Ok(Ok(None));
    }
    Ok(match running(facts, site).await? {
        Ok(at) => {
            Ok(Some(Box::new(BeforeUndeploy { recipe: at.name.to_string(), version: at.version, commit: at.commit, env_number })))
        }
        Err(why) => Err(format!("The steps can’t be run: {why}. Take the tick away to undeploy without them")),
    })
}

#[cfg(any(test, feature = "testing"))]
impl UndeployView {
    pub fn samples() -> Vec<Self> {
        use super::header::Tab;
        use crate::web::shell::Nav;
        let page = Self {
            shell: Shell::sample("Undeploy wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Overview) },
            services: vec!["app".to_owned(), "db".to_owned()],
            networks: vec!["internal".to_owned()],
            volumes: vec!["wiki_example_org_content".to_owned(), "wiki_example_org_db".to_owned()],
            secrets: 3,
            after: AskedSteps::sample(Occasion::Undeploy),
            settings: "4".to_owned(),
            asks_after: true,
            problems: Problems::none(),
        };
        let mut refused = Self {
            networks: Vec::new(),
            volumes: Vec::new(),
            secrets: 0,
            after: AskedSteps::default(),
            asks_after: false,
            ..page.clone()
        };
        refused.problems.add("", "Another operation runs on this app. Wait until it ends");
        vec![page, refused]
    }
}
