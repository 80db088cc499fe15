//! The review of going back: the kept objects of an earlier deployment held against what runs now.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{Rollback, ViewPlan};
use crate::ops::render::RecipeAt;
use crate::ops::rollback;
use crate::ops::scale::keep_chosen;
use crate::recipe::RecipeName;
use crate::recipe::abra_command::Task;
use crate::recipe::after::Occasion;
use crate::stack::desired::Desired;
use crate::stack::plan::{Plan, plan};
use crate::store::deployments::{CONVERGED, Deployment};
use crate::web::Site;
use crate::web::apps::changes::Changes;
use crate::web::apps::commands::{AskedSteps, asked_on};
use crate::web::apps::deployment::{Faults, Shifted, data_stays};
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::{moment, page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

use super::SettingsBack;

/// The plan of going back.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/go_back.html")]
pub struct GoBackView {
    pub shell: Shell,
    pub app: AppHeader,
    /// The earlier deployment's number.
    pub id: String,
    pub version: String,
    pub when: When,
    /// The operation that made it.
    pub operation: String,
    /// The settings that come back; absent if they are not kept any more.
    pub settings: Option<SettingsBack>,
    /// The newest revision of the settings; if it is another one when the button is pressed, there is a new review.
    pub newest: String,
    pub changes: Changes,
    /// Rules that the recipe breaks at this version; they stop it, unless they are overridden.
    pub faults: Faults,
    /// What was found about the version after it was published.
    pub shifted: Shifted,
    /// Steps that the newest settings ask for afterwards.
    pub after: AskedSteps,
    pub problems: Problems,
    /// False where the viewer may look but not go back.
    pub may_go_back: bool,
}

impl GoBackView {
    /// Neither the Swarm nor the settings would change.
    pub fn changes_nothing(&self) -> bool {
        self.changes.blockers.is_empty()
            && self.changes.changes_nothing()
            && self.app.version == self.version
            && self.settings.as_ref().is_none_or(|settings| !settings.differs)
    }

    /// The version as the button names it: without the upstream part behind `+`.
    pub fn short_version(&self) -> &str {
        self.version.split('+').next().unwrap_or(&self.version)
    }
}

/// The review.
pub async fn show(may: Grant<ViewPlan>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let review = Review::of(&facts, &site, id).await?;
    page(&view(&facts, &visit, &site, &review, Answered { problems: Problems::none(), after: true }).await?)
}

/// What became of the form, where it was sent already.
pub(super) struct Answered {
    pub(super) problems: Problems,
    /// The steps afterwards are ticked.
    pub(super) after: bool,
}

/// An earlier deployment held against the Swarm.
pub(super) struct Review {
    pub(super) deployment: Deployment,
    pub(super) made: Result<(Desired, Plan), String>,
    /// Why it can't be gone back to, beside what the plan says.
    pub(super) against: Vec<String>,
    /// Numbers of tasks that were chosen since, and stay.
    pub(super) scaled: Vec<String>,
    pub(super) faults: Faults,
    /// Why the rules could not be held against it; empty if they were.
    unjudged: String,
    pub(super) shifted: Shifted,
}

impl Review {
    pub(super) async fn of(facts: &Facts, site: &Site, id: i64) -> Result<Self, Failure> {
        let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
        let deployment = site.store.deployment(facts.app.id, id).await?.ok_or(Failure::NotFound)?;
        let mut against = vec![];
        if deployment.outcome != CONVERGED {
            let how = &deployment.outcome;
            against.push(format!(
                "this deployment did not come up ({how}), so there is nothing to go back to; choose one that worked"
            ));
        }
        let chosen = site.store.chosen_replicas(facts.app.id).await?;
        let mut scaled = vec![];
        let made = rollback::objects(&deployment).map_err(|e| e.to_string()).map(|mut desired| {
            scaled = keep_chosen(&mut desired, &chosen);
            let mut plan = plan(&desired, &facts.observed);
            let gone = desired.secrets.iter().filter(|s| facts.observed.secrets.iter().all(|there| there.name != s.name));
            for secret in gone {
                // The plan says how to make a secret that the present settings name; this one may be of another time.
                plan.blockers.retain(|b| !b.what.contains(&format!("the secret {} ", secret.name)));
                against.push(format!(
                    "the secret {}, which {} read then, is not on the Swarm any more, and nobody but its maker knows its value. \
                     Deploy the version with a new secret instead",
                    secret.name,
                    secret.services.join(", "),
                ));
            }
            (desired, plan)
        });
        let (faults, unjudged) = judged(site, &deployment).await?;
        let shifted = Shifted::of(site, &deployment.recipe, &deployment.version).await?;
        Ok(Self { deployment, made, against, scaled, faults, unjudged, shifted })
    }

    /// Whether nothing stands in the way.
    pub(super) fn is_free(&self) -> bool {
        self.against.is_empty() && self.made.as_ref().is_ok_and(|(_, plan)| plan.blockers.is_empty())
    }
}

/// The rules held against the recipe as it was deployed then. One that is not on the shelf any more stops nothing: what would be sent
/// is kept, and may be all that there is to go back to.
async fn judged(site: &Site, deployment: &Deployment) -> Result<(Faults, String), Failure> {
    let Ok(name) = RecipeName::parse(&deployment.recipe) else { return Ok((Faults::default(), String::new())) };
    let at = RecipeAt { name, version: deployment.version.clone(), commit: deployment.commit_id.clone() };
    Ok(match Faults::at(site, at).await? {
        Ok(faults) => (faults, String::new()),
        Err(why) => (Faults::default(), format!("the rules for recipes could not be tried on it: {why}")),
    })
}

/// Steps after going back: the newest settings name them, whatever those of that time said.
pub(super) async fn steps(facts: &Facts, site: &Site) -> Result<AskedSteps, Failure> {
    Ok(asked_on(&facts.revision(site).await?.text, Occasion::Rollback))
}

pub(super) async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    review: &Review,
    answered: Answered,
) -> Result<GoBackView, Failure> {
    let deployment = &review.deployment;
    let mut changes = Changes::begin(facts, site);
    changes.warnings.extend(review.scaled.iter().map(|s| sentence(s)));
    changes.warnings.extend(Some(sentence(&review.unjudged)).filter(|text| !text.is_empty()));
    review.against.iter().for_each(|why| changes.block(facts, why));
    if deployment.version != facts.app.version {
        changes.warnings.push(data_stays(&deployment.version));
    }
    match &review.made {
        Err(why) => changes.block(facts, why),
        Ok((desired, plan)) => changes.fill(facts, desired, plan),
    }
    let version = deployment.version.clone();
    let task = if deployment.commit_id.starts_with(&version) {
        Task::Chaos { recipe: deployment.recipe.clone(), commit: version }
    } else {
        Task::Rollback { version }
    };
    Ok(GoBackView {
        shell: shell(site, visit, format!("Put {} back", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Deploys, None).doing(&[task]),
        id: deployment.id.to_string(),
        version: deployment.version.clone(),
        when: moment(site, deployment.at),
        operation: deployment.operation_id.to_string(),
        settings: SettingsBack::with(facts, site, deployment).await?,
        newest: facts.app.env_number.to_string(),
        changes,
        faults: review.faults.clone(),
        shifted: review.shifted.clone(),
        after: AskedSteps { ticked: answered.after, ..steps(facts, site).await? },
        problems: answered.problems,
        may_go_back: facts.may::<Rollback>(),
    })
}
