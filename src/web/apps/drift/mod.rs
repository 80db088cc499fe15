//! What runs and is not what was recorded: somebody changed it past the dashboard.

mod ask;
mod difference;
mod judged;
#[cfg(any(test, feature = "testing"))]
mod samples;

pub use ask::{DriftForm, adopt, reapply};

pub(in crate::web::apps) use difference::{Drift, drift};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{Reapply, ViewPlan};
use crate::ops::check::tier;
use crate::recipe::abra_command::Task;
use crate::stack::names::descope;
use crate::stack::policy::Tier;
use crate::web::Site;
use crate::web::apps::changes::Changes;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::page::{moment, page, page_with, shell};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

use judged::Judged;

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
    /// The record was read from what ran, and not sent from here.
    pub taken: bool,
    /// Services that somebody added, by name.
    pub added: Vec<String>,
    /// Whether they are to go when the record is put back.
    pub prune: bool,
    /// Putting it back gives powers over the machine that what runs has not.
    pub confirm: bool,
    /// Why the viewer may not put it back, though others may.
    pub against_reapply: Option<String>,
    /// Why the viewer may not keep what runs.
    pub against_adopt: Option<String>,
    /// What putting the record back would change.
    pub changes: Changes,
}

/// The page.
pub async fn show(may: Grant<ViewPlan>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let drift = drift(&facts, &site).await?;
    let looked = Looked { facts: &facts, drift: drift.as_ref(), tier: tier(&may), prune: true };
    page(&looked.view(&visit, &site, Problems::none()).await)
}

/// What there is to show, and to whom.
struct Looked<'a> {
    facts: &'a Facts,
    drift: Option<&'a Drift>,
    tier: Tier,
    /// Whether what was added is to go.
    prune: bool,
}

impl Looked<'_> {
    async fn conflict(&self, visit: &Visit, site: &Site, text: &str) -> Result<HttpResponse, Failure> {
        let mut problems = Problems::none();
        problems.add("", text);
        page_with(StatusCode::CONFLICT, &self.view(visit, site, problems).await)
    }

    async fn view(&self, visit: &Visit, site: &Site, problems: Problems) -> DriftView {
        DriftView {
            shell: shell(site, visit, format!("Changes outside of Canteen to {}", self.facts.app.name), Nav::Apps).await,
            app: self.facts.header(Tab::Overview, None).doing(&[Task::Drift { stack: self.facts.app.stack.clone() }]),
            found: self.drift.map(|drift| self.found(site, drift)),
            problems,
            may_decide: self.facts.may::<Reapply>(),
        }
    }

    fn found(&self, site: &Site, drift: &Drift) -> DriftFound {
        let facts = self.facts;
        let mut changes = Changes::begin(facts, site);
        changes.fill(facts, &drift.record, &drift.plan);
        changes.differs = true;
        let judged = Judged::of(drift, facts, self.tier);
        DriftFound {
            version: drift.deployment.version.clone(),
            operation: drift.deployment.operation_id.to_string(),
            when: moment(site, drift.deployment.at),
            foreign: drift.foreign(facts),
            gone: facts.observed.services.is_empty(),
            taken: drift.taken,
            added: drift.added.iter().map(|name| descope(&facts.stack, name).unwrap_or(name).to_owned()).collect(),
            prune: self.prune,
            confirm: !judged.confirm.is_empty(),
            against_reapply: judged.against_reapply,
            against_adopt: judged.against_adopt,
            changes,
        }
    }
}
