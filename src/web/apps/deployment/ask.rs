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
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::{page_with, wrong_form};
use crate::web::powers::confirmed;
use crate::web::setup::sentence;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::review::{Made, Review, review};
use super::{Answered, Ticked, Typed, deployed, view};

/// What the deploy button sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployForm {
    version: String,
    plan: String,
    /// The branch that a commit was chosen by.
    #[serde(default)]
    branch: String,
    /// `yes` where broken rules are overridden.
    #[serde(rename = "override", default)]
    overridden: String,
    /// Why they are.
    #[serde(default)]
    reason: String,
    /// The number of the ticked box where the version changed after it was published.
    #[serde(default)]
    shifted: String,
    /// Not empty where services that the version no longer has are to be removed.
    #[serde(default)]
    prune: String,
    /// Not empty where the steps that the settings name are to be run afterwards.
    #[serde(default)]
    after: String,
    /// Not empty where everything is to be put back if it fails.
    #[serde(default)]
    back: String,
    /// The app's name, where power over the machine is given.
    #[serde(default)]
    confirm: String,
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
struct Way<A> {
    chaos: bool,
    order: fn(i32, Box<DeployWanted>, String) -> Order<A>,
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
    let ticked = Ticked { prune: !form.prune.is_empty(), after: !form.after.is_empty(), back: !form.back.is_empty() };
    let mut review = review(&facts, site, form.version.clone(), &form.branch).await?;
    let mut missing = Problems::none();
    review.faults.typed(&form.overridden, &form.reason, &mut missing);
    review.shifted.ticked(&form.shifted, &mut missing);
    let refused = match &review.made {
        Err(_) => "This can’t be deployed; the reasons are below",
        Ok(made) if !made.plan.blockers.is_empty() => "Something stands in the way of this deploy; the reasons are below",
        Ok(_) if review.is_chaos() != way.chaos => {
            "What is a release and what is not has changed since you opened this page, so nothing was started. This is the new plan"
        }
        Ok(made) if made.plan.hash() != form.plan => {
            "Something changed after you opened this page, so nothing was started. This is the new plan"
        }
        Ok(made) => {
            let verdict = verdict(&made.rendered.desired, &facts.observed);
            let confirmed = confirmed(&verdict, tier(may.actor()), &form.confirm, &facts.app.name).unwrap_or_else(|text| {
                missing.add("confirm", text);
                vec![]
            });
            if !missing.is_empty() {
                let answered = Answered { problems: missing, ticked, typed: Typed::default() };
                return wrong_form(&view(&facts, visit, site, review, answered).await?);
            }
            match ask(may, &facts, site, made, Chosen { review: &review, ticked, confirmed, way }, visit).await? {
                Ok(response) => return Ok(response),
                Err(busy) => return conflict(&facts, visit, site, review, Refused { text: sentence(&busy), ticked }).await,
            }
        }
    };
    conflict(&facts, visit, site, review, Refused { text: refused.to_owned(), ticked }).await
}

/// What the member chose on the page.
struct Chosen<'a, A> {
    way: Way<A>,
    review: &'a Review,
    ticked: Ticked,
    /// The powers over the machine that were confirmed by typing.
    confirmed: Vec<String>,
}

/// Why nothing was started, and what was ticked.
struct Refused {
    text: String,
    ticked: Ticked,
}

async fn ask<A: WriteAction>(
    may: &Grant<A>,
    facts: &Facts,
    site: &Site,
    made: &Made,
    chosen: Chosen<'_, A>,
    visit: &Visit,
) -> Result<Result<HttpResponse, String>, Failure> {
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
    };
    let order = (chosen.way.order)(facts.app.id, Box::new(wanted), visit.form.clone());
    let rules = chosen.review.faults.rules();
    let (reason, shifted) = (chosen.review.faults.reason.clone(), chosen.review.shifted.lines.clone());
    let started = start(may, site, Overridden { order, rules, reason, shifted }).await;
    match started {
        Ok(response) => Ok(Ok(response)),
        Err(Failure::Conflict(text)) => Ok(Err(text)),
        Err(other) => Err(other),
    }
}

/// The variable that names the steps after this deploy.
async fn steps(facts: &Facts, site: &Site, to: &str) -> Result<Option<String>, Failure> {
    let from = deployed(facts, site).await?;
    let found = after_deploy(&facts.revision(site).await?.text, from.map(|d| d.version).as_deref(), to);
    Ok(Some(found.variable).filter(|variable| !variable.is_empty()))
}

async fn conflict(facts: &Facts, visit: &Visit, site: &Site, review: Review, refused: Refused) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    problems.add("", refused.text);
    let answered = Answered { problems, ticked: refused.ticked, typed: Typed::default() };
    page_with(StatusCode::CONFLICT, &view(facts, visit, site, review, answered).await?)
}
