//! The button that goes back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::Rollback;
use crate::ops::check::tier;
use crate::ops::order;
use crate::ops::order::{Order, RollbackWanted};
use crate::ops::overridden::Overridden;
use crate::stack::desired::Desired;
use crate::stack::labels::timeout_s;
use crate::stack::plan::Plan;
use crate::stack::policy::verdict;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts_of_form};
use crate::web::apps::idle::once;
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::{Form, Id};
use crate::web::page::{page_with, wrong_form};
use crate::web::powers::confirmed;
use crate::web::setup::sentence;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::review::{Answered, Review, steps, view};

/// What the button sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoBackForm {
    plan: String,
    /// The newest revision of the settings when the review was made.
    settings: String,
    /// The app's name, where power over the machine is given.
    #[serde(default)]
    confirm: String,
    /// `yes` where broken rules are overridden.
    #[serde(rename = "override", default)]
    overridden: String,
    /// Why they are.
    #[serde(default)]
    reason: String,
    /// The number of the ticked box where the version changed after it was published.
    #[serde(default)]
    shifted: String,
    /// Not empty where the steps that the settings name are to be run afterwards.
    #[serde(default)]
    after: String,
}

/// Goes back exactly as it was reviewed.
pub async fn go_back(
    may: Grant<Rollback>,
    Id(id): Id,
    Form(form): Form<GoBackForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    let mut review = Review::of(&facts, &site, id).await?;
    let after = !form.after.is_empty();
    let mut missing = Problems::none();
    review.faults.typed(&form.overridden, &form.reason, &mut missing);
    review.shifted.ticked(&form.shifted, &mut missing);
    let refused = match &review.made {
        Ok((_, plan)) if review.is_free() && (plan.hash() != form.plan || facts.app.env_number.to_string() != form.settings) => {
            "Something changed after you opened this page, so nothing was started. This is the new plan".to_owned()
        }
        Ok((desired, plan)) if review.is_free() => {
            let verdict = verdict(desired, &facts.observed);
            let confirmed = confirmed(&verdict, tier(&may), &form.confirm, &facts.app.name).unwrap_or_else(|text| {
                missing.add("confirm", text);
                vec![]
            });
            if !missing.is_empty() {
                return wrong_form(&view(&facts, &visit, &site, &review, Answered { problems: missing, after }).await?);
            }
            let steps = if after { steps(&facts, &site).await?.variable().map(str::to_owned) } else { None };
            let wanted = RollbackWanted { after: steps, ..wanted(&facts, &site, &review, desired, plan, confirmed) };
            let order = order::rollback(facts.app.id, wanted, visit.form.clone());
            match start(&may, &visit, &site, overridden(order, &review)).await {
                Err(Failure::Conflict(busy)) => sentence(&busy),
                other => return other,
            }
        }
        _ => "Something stands in the way of going back; the reasons are below".to_owned(),
    };
    let mut problems = Problems::none();
    problems.add("", refused);
    page_with(StatusCode::CONFLICT, &view(&facts, &visit, &site, &review, Answered { problems, after }).await?)
}

fn wanted(facts: &Facts, site: &Site, review: &Review, desired: &Desired, plan: &Plan, confirmed: Vec<String>) -> RollbackWanted {
    RollbackWanted {
        deployment: review.deployment.id,
        version: review.deployment.version.clone(),
        env_number: facts.app.env_number,
        plan_hash: plan.hash(),
        timeout_s: timeout_s(desired).unwrap_or(site.settings.deploy_timeout_s),
        reapply: false,
        keep: vec![],
        confirmed,
        after: None,
    }
}

fn overridden(order: Order<Rollback>, review: &Review) -> Overridden<Rollback> {
    let (rules, reason) = (review.faults.rules(), review.faults.reason.clone());
    Overridden { order, rules, reason, shifted: review.shifted.lines.clone() }
}
