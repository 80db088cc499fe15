//! The review before a deploy: exactly what would be made, changed and removed.

pub mod api;
mod ask;
mod commit;
mod faults;
mod review;
mod safety;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod settings_change;
mod shifted;
mod step;

pub use ask::{DeployForm, deploy, deploy_chaos};
pub use commit::{CommitChoice, CommitNote};
pub use faults::Faults;
pub use safety::SafetyChoice;
pub use settings_change::SettingsChange;
pub use shifted::Shifted;

pub(super) use commit::pick;
pub(super) use settings_change::changed_names;
pub(super) use step::data_stays;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{Deploy, DeployChaos, ViewPlan};
use crate::access::approval::Kind;
use crate::store::deployments::Deployment;
use crate::web::Site;
use crate::web::apps::changes::{Change, Changes};
use crate::web::apps::commands::{AskedSteps, after_deploy};
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::new::Wizard;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{page_with, shell};
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
    /// A branch or a commit instead; absent for those who may not deploy one.
    pub choice: Option<CommitChoice>,
    /// Present where the version is a commit and no release.
    pub note: Option<CommitNote>,
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
    /// Steps that the settings ask for afterwards.
    pub after: AskedSteps,
    pub ticked: Ticked,
    /// A backup before.
    pub safety: SafetyChoice,
    pub problems: Problems,
    /// What rules about approval know it by.
    pub kind: Kind,
    /// False where the viewer may look but not deploy.
    pub may_deploy: bool,
}

impl PlanView {
    /// The version as the button names it: without the upstream part behind `+`.
    pub fn short_version(&self) -> &str {
        self.to_version.split('+').next().unwrap_or(&self.to_version)
    }

    /// Where the button leads.
    pub fn action(&self) -> String {
        let chaos = self.note.as_ref().is_some_and(|note| note.chaos);
        format!("/apps/{}/{}", self.app.name, if chaos { "chaos-deployment" } else { "deployment" })
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

/// The boxes of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticked {
    /// What is left over is removed.
    pub prune: bool,
    /// The steps afterwards are run.
    pub after: bool,
    /// Everything is put back if it fails. There is no such box on a first deploy.
    pub back: bool,
}

impl Ticked {
    /// As the form was sent.
    fn of(form: &DeployForm) -> Self {
        Self { prune: !form.prune.is_empty(), after: !form.after.is_empty(), back: !form.back.is_empty() }
    }

    /// As the page is opened.
    const ALL: Self = Self { prune: true, after: true, back: true };
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
    let mut version = Some(query.get("version")).filter(|v| !v.is_empty()).unwrap_or(&facts.app.version).to_owned();
    let (mut problems, mut branch) = (Problems::none(), String::new());
    match pick(&site, &facts.app.recipe, query.get("branch"), query.get("commit")).await? {
        Ok(None) => {}
        Ok(Some(picked)) => (version, branch) = (picked.version, picked.branch),
        Err((field, text)) => problems.add(field, text),
    }
    let review = review(&facts, &site, version, &branch).await?;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let typed = Typed { branch: query.get("branch").to_owned(), commit: query.get("commit").to_owned() };
    page_with(status, &view(&facts, &visit, &site, review, Answered { problems, ticked: Ticked::ALL, typed, sent: None }).await?)
}

/// What became of the form, where it was sent already.
struct Answered<'a> {
    problems: Problems,
    ticked: Ticked,
    typed: Typed,
    sent: Option<&'a DeployForm>,
}

/// Branch and commit as they were chosen.
#[derive(Default)]
struct Typed {
    branch: String,
    commit: String,
}

/// The last deployment that worked, where anything of the app runs.
async fn deployed(facts: &Facts, site: &Site) -> Result<Option<Deployment>, Failure> {
    Ok(site.store.last_converged(facts.app.id).await?.filter(|_| !facts.observed.services.is_empty()))
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, review: Review, answered: Answered<'_>) -> Result<PlanView, Failure> {
    let deployed = deployed(facts, site).await?;
    let settings = settings_change(facts, site, deployed.as_ref(), &review).await?;
    let from_base = match &deployed {
        Some(deployed) => Some(CommitNote::base(site, deployed).await?),
        None => None,
    };
    let from_version = deployed.map(|d| d.version);
    let first = from_version.is_none();
    let release_notes = notes(site, from_base.as_deref(), &review).await?;
    let choice = if facts.may::<DeployChaos>() {
        Some(CommitChoice::of(site, &facts.app.recipe, &answered.typed.branch, &answered.typed.commit).await?)
    } else {
        None
    };
    let mut changes = Changes::begin(facts, site);
    let moves = from_version.as_deref() != Some(review.version.as_str());
    changes.warnings.extend(from_base.as_deref().filter(|_| moves).and_then(|from| step::warning(from, review.base())));
    match &review.made {
        Err(error) => changes.block(facts, &error.to_string()),
        Ok(made) => {
            changes.fill(facts, &made.rendered.desired, &made.plan);
            changes.warnings.extend(made.rendered.notices.iter().map(|n| sentence(n)));
            changes.warnings.extend(made.moving_tags());
        }
    }
    let safety = SafetyChoice::of(facts, site, from_version.as_deref(), &review, answered.sent).await?;
    let after = after_deploy(&facts.revision(site).await?.text, from_version.as_deref(), &review.version);
    let task = step::task(from_version.as_deref().zip(from_base.as_deref()), &review, &facts.app.recipe);
    let kind = if review.is_chaos() { Kind::Chaos } else { Kind::Deploy };
    Ok(PlanView {
        shell: shell(site, visit, format!("Review the deploy of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None).doing(&[task]),
        wizard: first.then(|| Wizard {
            at: 5,
            chosen: format!("{} {}", facts.app.recipe, review.version),
            back: Some(format!("/apps/{}/secrets", facts.app.name)),
            action: format!("/apps/{}/deployment", facts.app.name),
        }),
        release_notes,
        settings,
        leftovers: leftovers(&changes),
        after: AskedSteps { ticked: answered.ticked.after, ..after },
        ticked: answered.ticked,
        safety,
        from_version,
        to_version: review.version,
        versions: review.versions,
        choice,
        note: review.note,
        changes,
        faults: review.faults,
        shifted: review.shifted,
        problems: answered.problems,
        kind,
        may_deploy: facts.may::<Deploy>(),
    })
}

/// Services that would be removed.
fn leftovers(changes: &Changes) -> Vec<String> {
    let removed = changes.objects.iter().filter(|o| o.kind == "Service" && o.change == Change::Removed);
    removed.map(|o| o.name.clone()).collect()
}
