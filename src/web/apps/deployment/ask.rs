//! The deploy button.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::action::{Deploy, DeployChaos};
use crate::access::{Grant, WriteAction};
use crate::ops::check;
use crate::ops::check::tier;
use crate::ops::order;
use crate::ops::order::{DeployWanted, Order};
use crate::ops::overridden::Overridden;
use crate::stack::policy::verdict;
use crate::web::Site;
use crate::web::apps::commands::after_deploy;
use crate::web::apps::facts::{Facts, blocking, facts_of_form};
use crate::web::apps::idle::once;
use crate::web::apps::secrets::{Asked, ask, go_to};
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::{page_with, wrong_form};
use crate::web::powers::confirmed;
use crate::web::setup::sentence;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::review::{Made, Review, review};
use super::{Answered, SafetyChoice, Ticked, Typed, deployed, view};

/// What the deploy button sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployForm {
    pub(super) version: String,
    pub(super) plan: String,
    /// The branch that a commit was chosen by.
    #[serde(default)]
    pub(super) branch: String,
    /// `yes` where broken rules are overridden.
    #[serde(rename = "override", default)]
    pub(super) overridden: String,
    /// Why they are.
    #[serde(default)]
    pub(super) reason: String,
    /// The number of the ticked box where the version changed after it was published.
    #[serde(default)]
    pub(super) shifted: String,
    /// Not empty where services that the version no longer has are to be removed.
    #[serde(default)]
    pub(super) prune: String,
    /// Not empty where the steps that the settings name are to be run afterwards.
    #[serde(default)]
    pub(super) after: String,
    /// Not empty where everything is to be put back if it fails.
    #[serde(default)]
    pub(super) back: String,
    /// `on` or `off`: a backup before; empty for what is usual.
    #[serde(default)]
    pub(super) safety: String,
    /// The row of the repository that it goes into; empty for the usual one.
    #[serde(default)]
    pub(super) safety_to: String,
    /// Why it goes on though that backup fails.
    #[serde(default)]
    pub(super) in_spite: String,
    /// The app's name, where power over the machine is given.
    #[serde(default)]
    pub(super) confirm: String,
}

/// Deploys exactly what was reviewed: a release.
pub async fn deploy(
    may: Grant<Deploy>,
    Form(form): Form<DeployForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    press(&may, &form, &visit, &site, Way { chaos: false, order: order::deploy }).await
}

/// Deploys exactly what was reviewed: a commit that is no release.
pub async fn deploy_chaos(
    may: Grant<DeployChaos>,
    Form(form): Form<DeployForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    press(&may, &form, &visit, &site, Way { chaos: true, order: order::deploy_chaos }).await
}

/// Which of the two buttons was pressed.
pub(super) struct Way<A> {
    pub(super) chaos: bool,
    pub(super) order: fn(i32, Box<DeployWanted>, String) -> Order<A>,
}

/// What came with the form.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    /// Tells it from itself sent twice.
    pub(super) nonce: &'a str,
    /// Why it is asked for, for those who have to approve it.
    pub(super) why: &'a str,
}

/// What became of the wish for a deploy.
pub(super) enum Outcome {
    /// It is asked for.
    Asked(Asked),
    /// Something is to be filled in first.
    Missing(Problems),
    /// Nothing was started; a stable word, and why, for people.
    Refused { what: &'static str, text: String },
}

async fn press<A: WriteAction>(
    may: &Grant<A>,
    form: &DeployForm,
    visit: &Visit,
    site: &Site,
    way: Way<A>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(may, visit, site).await?;
    if let Some(first) = once(site, visit, &facts.app).await? {
        return Ok(first);
    }
    let (review, outcome) = attempt(may, &facts, form, Sent { nonce: &visit.form, why: &visit.why }, site, way).await?;
    let ticked = Ticked::of(form);
    match outcome {
        Outcome::Asked(asked) => go_to(&asked),
        Outcome::Missing(problems) => {
            let answered = Answered { problems, ticked, typed: Typed::default(), sent: Some(form) };
            wrong_form(&view(&facts, visit, site, review, answered).await?)
        }
        Outcome::Refused { text, .. } => conflict(&facts, visit, site, review, Refused { text, ticked, form }).await,
    }
}

/// Reviews what the form is for once more, and asks for it if it is what was shown.
pub(super) async fn attempt<A: WriteAction>(
    may: &Grant<A>,
    facts: &Facts,
    form: &DeployForm,
    sent: Sent<'_>,
    site: &Site,
    way: Way<A>,
) -> Result<(Review, Outcome), Failure> {
    let mut review = review(facts, site, form.version.clone(), &form.branch).await?;
    let mut missing = Problems::none();
    review.faults.typed(&form.overridden, &form.reason, &mut missing);
    review.shifted.ticked(&form.shifted, &mut missing);
    let from = deployed(facts, site).await?.map(|deployment| deployment.version);
    let safety = SafetyChoice::of(facts, site, from.as_deref(), &review, Some(form)).await?;
    safety.check(&mut missing);
    let (what, text) = match &review.made {
        Err(_) => ("blocked", "This can’t be deployed; the reasons are below"),
        Ok(made) if !made.plan.blockers.is_empty() => {
            ("blocked", "Something stands in the way of this deploy; the reasons are below")
        }
        Ok(_) if review.is_chaos() != way.chaos => (
            "release",
            "What is a release and what is not has changed since you opened this page, so nothing was started. This is the new plan",
        ),
        Ok(made) if made.plan.hash() != form.plan => {
            ("changed", "Something changed after you opened this page, so nothing was started. This is the new plan")
        }
        Ok(made) => {
            let verdict = verdict(&made.rendered.desired, &facts.observed);
            let confirmed = confirmed(&verdict, tier(may), &form.confirm, &facts.app.name).unwrap_or_else(|text| {
                missing.add("confirm", text);
                vec![]
            });
            if !missing.is_empty() {
                return Ok((review, Outcome::Missing(missing)));
            }
            let chosen = Chosen { review: &review, ticked: Ticked::of(form), safety, confirmed, way, why: sent.why };
            let outcome = match order(may, facts, site, made, chosen, sent.nonce).await {
                Ok(asked) => Outcome::Asked(asked),
                Err(Failure::Conflict(busy)) => Outcome::Refused { what: "busy", text: sentence(&busy) },
                Err(other) => return Err(other),
            };
            return Ok((review, outcome));
        }
    };
    Ok((review, Outcome::Refused { what, text: text.to_owned() }))
}

/// What the member chose on the page.
struct Chosen<'a, A> {
    way: Way<A>,
    review: &'a Review,
    ticked: Ticked,
    safety: SafetyChoice,
    /// The powers over the machine that were confirmed by typing.
    confirmed: Vec<String>,
    /// Why it is asked for.
    why: &'a str,
}

/// Why nothing was started, and what was ticked.
struct Refused<'a> {
    text: String,
    ticked: Ticked,
    form: &'a DeployForm,
}

async fn order<A: WriteAction>(
    may: &Grant<A>,
    facts: &Facts,
    site: &Site,
    made: &Made,
    chosen: Chosen<'_, A>,
    nonce: &str,
) -> Result<Asked, Failure> {
    let (shelf, name, commit) = (site.shelf.clone(), made.at.name.clone(), made.at.commit.clone());
    // A deployed commit stays on the shelf, even when its tag moves away.
    blocking(move || shelf.keep(&name, &commit)).await?.map_err(|e| Failure::Unavailable(e.to_string()))?;
    let keep = if chosen.ticked.prune { vec![] } else { made.leftovers(&facts.observed) };
    let wanted = DeployWanted {
        recipe: facts.app.recipe.clone(),
        version: chosen.review.version.clone(),
        commit: made.at.commit.clone(),
        env_number: facts.app.env_number,
        plan_hash: check::beside(&made.rendered.desired, facts.observed.clone(), &keep).hash(),
        keep,
        desired: made.rendered.desired.clone(),
        timeout_s: made.rendered.timeout_s.unwrap_or(site.settings.deploy_timeout_s),
        confirmed: chosen.confirmed,
        chaos: chosen.review.note.as_ref().filter(|note| note.chaos).map(|note| note.branch.clone()),
        after: if chosen.ticked.after { steps(facts, site, &chosen.review.version).await? } else { None },
        put_back: chosen.ticked.back && deployed(facts, site).await?.is_some(),
        safety: chosen.safety.wanted(),
    };
    let order = (chosen.way.order)(facts.app.id, Box::new(wanted), nonce.to_owned());
    let rules = chosen.review.faults.rules();
    let (reason, shifted) = (chosen.review.faults.reason.clone(), chosen.review.shifted.lines.clone());
    ask(may, chosen.why, site, Overridden { order, rules, reason, shifted }).await
}

/// The variable that names the steps after this deploy.
async fn steps(facts: &Facts, site: &Site, to: &str) -> Result<Option<String>, Failure> {
    let from = deployed(facts, site).await?;
    let found = after_deploy(&facts.revision(site).await?.text, from.map(|d| d.version).as_deref(), to);
    Ok(found.variable().map(str::to_owned))
}

async fn conflict(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    review: Review,
    refused: Refused<'_>,
) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    problems.add("", refused.text);
    let answered = Answered { problems, ticked: refused.ticked, typed: Typed::default(), sent: Some(refused.form) };
    page_with(StatusCode::CONFLICT, &view(facts, visit, site, review, answered).await?)
}
