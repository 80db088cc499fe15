//! What runs and is not what was recorded: somebody changed it past the dashboard.

mod ask;
mod difference;
#[cfg(any(test, feature = "testing"))]
mod samples;

pub use ask::{DriftForm, adopt, reapply};

pub(in crate::web::apps) use difference::{Drift, drift, left};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewPlan;
use crate::web::Site;
use crate::web::apps::changes::Changes;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::page::{moment, page, page_with, shell};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// The differences, and what can be done about them.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/drift.html")]
pub struct DriftView {
    pub shell: Shell,
    pub app: AppHeader,
    /// Absent where there is no difference.
    pub found: Option<DriftFound>,
    pub problems: Problems,
    /// False where the viewer may look but not decide.
    pub may_decide: bool,
}

/// What runs held against the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftFound {
    /// The version of the record.
    pub version: String,
    /// The operation that made the record.
    pub operation: String,
    pub when: When,
    /// The version that the labels tell, if it is another: a second tool deployed it.
    pub foreign: Option<String>,
    /// Nothing of it runs any more.
    pub gone: bool,
    /// What putting the record back would change.
    pub changes: Changes,
}

/// The page.
pub async fn show(may: Grant<ViewPlan>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let drift = drift(&facts, &site).await?;
    page(&view(&facts, &visit, &site, drift.as_ref(), Problems::none()).await)
}

async fn conflict(facts: &Facts, visit: &Visit, site: &Site, drift: Option<&Drift>, text: &str) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    problems.add("", text);
    page_with(StatusCode::CONFLICT, &view(facts, visit, site, drift, problems).await)
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, drift: Option<&Drift>, problems: Problems) -> DriftView {
    DriftView {
        shell: shell(site, visit, format!("Changes outside of Canteen to {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None),
        found: drift.map(|drift| found(facts, site, drift)),
        problems,
        may_decide: facts.admin,
    }
}

fn found(facts: &Facts, site: &Site, drift: &Drift) -> DriftFound {
    let mut changes = Changes::begin(facts, site);
    changes.fill(facts, &drift.record, &drift.plan);
    DriftFound {
        version: drift.deployment.version.clone(),
        operation: drift.deployment.operation_id.to_string(),
        when: moment(site, drift.deployment.at),
        foreign: drift.foreign(facts),
        gone: facts.observed.services.is_empty(),
        changes,
    }
}
