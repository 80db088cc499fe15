//! The page before an app is undeployed.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{ReviewUndeploy, Undeploy};
use crate::ops::order;
use crate::recipe::abra_command::Task;
use crate::stack::names::descope;
use crate::stack::observed::NAMESPACE_LABEL;
use crate::web::Site;
use crate::web::apps::facts::{facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::idle::idle;
use crate::web::failure::Failure;
use crate::web::page::{page, shell};
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
    pub problems: Problems,
}

/// The review of an undeploy.
pub async fn review(may: Grant<ReviewUndeploy>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let short = |full: &str| descope(&facts.stack, full).unwrap_or(full).to_owned();
    let mine = |labels: &crate::stack::spec::Labels| labels.get(NAMESPACE_LABEL).is_some_and(|l| l == facts.stack.as_str());
    let mounted = facts.observed.services.iter().flat_map(|s| &s.spec.task_template.container_spec.mounts);
    let mut volumes: Vec<String> =
        mounted.filter(|m| m.kind == "volume" && !m.source.is_empty()).map(|m| short(&m.source)).collect();
    volumes.sort();
    volumes.dedup();
    page(&UndeployView {
        shell: shell(&site, &visit, format!("Undeploy {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None).doing(&[Task::Undeploy]),
        services: facts.health.services.iter().map(|s| s.name.clone()).collect(),
        networks: facts.observed.networks.iter().filter(|n| mine(&n.labels)).map(|n| short(&n.name)).collect(),
        volumes,
        secrets: facts.observed.secrets.iter().filter(|s| s.labels.get("coop-cloud.app") == Some(&facts.app.name)).count(),
        problems: Problems::none(),
    })
}

/// Stops the app.
pub async fn undeploy(may: Grant<Undeploy>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    idle(&site, &visit, &facts.app).await?;
    if facts.observed.at == 0 {
        let text = "Docker has not answered since Canteen was started, so it can’t be told what runs; try again when it is back";
        return Err(Failure::Unavailable(text.to_owned()));
    }
    if facts.observed.services.is_empty() {
        return Err(Failure::Conflict(format!("{} is not deployed, so there is nothing to stop", facts.app.name)));
    }
    let order = order::undeploy(facts.app.id, facts.app.stack.clone(), visit.form.clone());
    super::secrets::start(&may, &site, order).await
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
            problems: Problems::none(),
        };
        let mut refused = Self { networks: Vec::new(), volumes: Vec::new(), secrets: 0, ..page.clone() };
        refused.problems.add("", "Another operation runs on this app. Wait until it ends");
        vec![page, refused]
    }
}
