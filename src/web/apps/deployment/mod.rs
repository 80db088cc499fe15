//! The review before a deploy: exactly what would be made, changed and removed.

mod ask;
mod faults;
mod review;
#[cfg(any(test, feature = "testing"))]
mod samples;

pub use ask::{DeployForm, deploy};
pub use faults::Faults;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewPlan;
use crate::web::Site;
use crate::web::apps::changes::Changes;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::new::Wizard;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use review::{Review, notes, review};

/// The plan of a deploy.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/deployment.html")]
pub struct PlanView {
    pub shell: Shell,
    pub app: AppHeader,
    /// Present when this is the last page of the new-app wizard.
    pub wizard: Option<Wizard>,
    /// What is deployed now; absent on a first deploy.
    pub from_version: Option<String>,
    pub to_version: String,
    /// The versions that may be chosen instead, newest first.
    pub versions: Vec<String>,
    pub changes: Changes,
    /// What the authors say about the versions between, as plain text.
    pub release_notes: Vec<ReleaseNote>,
    /// Broken rules that stop it, unless they are overridden.
    pub faults: Faults,
    pub problems: Problems,
    /// False where the viewer may look but not deploy.
    pub may_deploy: bool,
}

impl PlanView {
    /// The version as the button names it: without the upstream part behind `+`.
    pub fn short_version(&self) -> &str {
        self.to_version.split('+').next().unwrap_or(&self.to_version)
    }
}

/// What the authors of a recipe say about a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseNote {
    pub version: String,
    pub text: String,
}

/// The review of a deploy.
pub async fn plan(may: Grant<ViewPlan>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let version = Some(query.get("version")).filter(|v| !v.is_empty()).unwrap_or(&facts.app.version).to_owned();
    let review = review(&facts, &site, version).await?;
    page(&view(&facts, &visit, &site, review, Problems::none()).await?)
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, review: Review, problems: Problems) -> Result<PlanView, Failure> {
    let deployed = site.store.last_converged(facts.app.id).await?;
    let from_version = deployed.map(|d| d.version).filter(|_| !facts.observed.services.is_empty());
    let first = from_version.is_none();
    let release_notes = notes(site, from_version.as_deref(), &review).await?;
    let mut changes = Changes::begin(facts, site);
    match &review.made {
        Err(error) => changes.block(facts, &error.to_string()),
        Ok(made) => {
            changes.fill(facts, &made.rendered.desired, &made.plan, &made.rendered.powers);
            changes.warnings.extend(made.rendered.notices.iter().map(|n| sentence(n)));
            changes.warnings.extend(made.moving_tags());
        }
    }
    Ok(PlanView {
        shell: shell(site, visit, format!("Review the deploy of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None),
        wizard: first.then(|| Wizard {
            at: 5,
            chosen: format!("{} {}", facts.app.recipe, review.version),
            back: Some(format!("/apps/{}/secrets", facts.app.name)),
            action: format!("/apps/{}/deployment", facts.app.name),
        }),
        release_notes,
        from_version,
        to_version: review.version,
        versions: review.versions,
        changes,
        faults: review.faults,
        problems,
        may_deploy: facts.admin,
    })
}
