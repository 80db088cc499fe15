//! The review before a deploy: exactly what would be made, changed and removed.

mod ask;
mod faults;
mod review;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod settings_change;
mod shifted;
mod step;

pub use ask::{DeployForm, deploy};
pub use faults::Faults;
pub use settings_change::SettingsChange;
pub use shifted::Shifted;

pub(super) use review::faults;
pub(super) use settings_change::changed_names;
pub(super) use step::data_stays;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewPlan;
use crate::web::Site;
use crate::web::apps::changes::{Change, Changes};
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
use settings_change::settings_change;

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
    /// What was found about the version after it was published.
    pub shifted: Shifted,
    pub settings: SettingsChange,
    /// Services that this version no longer has, by name.
    pub leftovers: Vec<String>,
    /// Whether they are to be removed.
    pub prune: bool,
    pub problems: Problems,
    /// False where the viewer may look but not deploy.
    pub may_deploy: bool,
}

impl PlanView {
    /// The version as the button names it: without the upstream part behind `+`.
    pub fn short_version(&self) -> &str {
        self.to_version.split('+').next().unwrap_or(&self.to_version)
    }

    /// What is told beside a version in the list of those to choose from.
    pub fn beside(&self, version: &str) -> &'static str {
        if self.from_version.as_deref() == Some(version) {
            " (deployed)"
        } else if self.versions.first().is_some_and(|newest| newest == version) {
            " (newest)"
        } else {
            ""
        }
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
    page(&view(&facts, &visit, &site, review, Answered { problems: Problems::none(), prune: true }).await?)
}

/// What became of the form, where it was sent already.
struct Answered {
    problems: Problems,
    /// Whether what is left over was to go.
    prune: bool,
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, review: Review, answered: Answered) -> Result<PlanView, Failure> {
    let deployed = site.store.last_converged(facts.app.id).await?.filter(|_| !facts.observed.services.is_empty());
    let settings = settings_change(facts, site, deployed.as_ref(), &review).await?;
    let from_version = deployed.map(|d| d.version);
    let first = from_version.is_none();
    let release_notes = notes(site, from_version.as_deref(), &review).await?;
    let mut changes = Changes::begin(facts, site);
    changes.warnings.extend(from_version.as_deref().and_then(|from| step::warning(from, &review.version)));
    match &review.made {
        Err(error) => changes.block(facts, &error.to_string()),
        Ok(made) => {
            changes.fill(facts, &made.rendered.desired, &made.plan);
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
        settings,
        leftovers: leftovers(&changes),
        prune: answered.prune,
        from_version,
        to_version: review.version,
        versions: review.versions,
        changes,
        faults: review.faults,
        shifted: review.shifted,
        problems: answered.problems,
        may_deploy: facts.admin,
    })
}

/// Services that would be removed.
fn leftovers(changes: &Changes) -> Vec<String> {
    let removed = changes.objects.iter().filter(|o| o.kind == "Service" && o.change == Change::Removed);
    removed.map(|o| o.name.clone()).collect()
}
