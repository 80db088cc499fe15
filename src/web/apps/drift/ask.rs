//! The two ways out: the record comes back, or what runs becomes the record.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::action::{Adopt, Reapply};
use crate::access::{Grant, WriteAction};
use crate::ops::adopt::{AdoptWanted, taken};
use crate::ops::order::{self, Order, RollbackWanted};
use crate::stack::labels::timeout_s;
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking, facts, recipe_at};
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::see_other;
use crate::web::setup::sentence;
use crate::web::visit::Visit;

use super::{Drift, conflict, drift};

/// What both buttons send.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftForm {
    plan: String,
}

/// Puts the record back.
pub async fn reapply(
    may: Grant<Reapply>,
    Form(form): Form<DriftForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    decide(&may, &facts, &visit, &site, &form, async |drift| {
        if !drift.plan.blockers.is_empty() {
            return Ok(None);
        }
        let wanted = RollbackWanted {
            deployment: drift.deployment.id,
            version: drift.deployment.version.clone(),
            env_number: facts.app.env_number,
            plan_hash: drift.plan.hash(),
            timeout_s: timeout_s(&drift.record).unwrap_or(site.settings.deploy_timeout_s),
            reapply: true,
            keep: drift.keep.clone(),
            confirmed: vec![],
        };
        Ok(Some(order::reapply(facts.app.id, wanted, visit.form.clone())))
    })
    .await
}

/// Takes what runs as the record.
pub async fn adopt(
    may: Grant<Adopt>,
    Form(form): Form<DriftForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    decide(&may, &facts, &visit, &site, &form, async |drift| {
        if facts.observed.services.is_empty() {
            return Ok(None);
        }
        let (version, commit) = runs_now(drift, &facts, &site).await?;
        let wanted = AdoptWanted {
            deployment: drift.deployment.id,
            version,
            commit,
            keep: drift.keep.clone(),
            scaled: drift.scaled(&facts),
            changes: drift.told(),
            runs: taken(&drift.record, facts.observed.clone(), &drift.keep).hash,
        };
        Ok(Some(order::adopt(facts.app.id, wanted, visit.form.clone())))
    })
    .await
}

/// Version and commit of what runs: those of its labels if the recipe has such a version, else those of the record.
async fn runs_now(drift: &Drift, facts: &Facts, site: &Site) -> Result<(String, String), Failure> {
    if let Some(version) = drift.foreign(facts) {
        let (shelf, recipe) = (site.shelf.clone(), facts.app.recipe.clone());
        let at = blocking(move || {
            let at = recipe_at(&shelf, &recipe, &version).ok()?;
            // It is deployed, so its commit stays on the shelf.
            shelf.keep(&at.name, &at.commit).ok().map(|()| at)
        });
        if let Some(at) = at.await? {
            return Ok((at.version, at.commit));
        }
    }
    Ok((drift.deployment.version.clone(), drift.deployment.commit_id.clone()))
}

async fn decide<A: WriteAction>(
    may: &Grant<A>,
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    form: &DriftForm,
    order: impl AsyncFnOnce(&Drift) -> Result<Option<Order<A>>, Failure>,
) -> Result<HttpResponse, Failure> {
    if let Some(first) = site.store.operation_of_form(&visit.form).await? {
        return see_other(&format!("/operations/{first}"));
    }
    let found = drift(facts, site).await?;
    let Some(drift) = found.as_ref().filter(|drift| drift.plan.hash() == form.plan) else {
        let text = "Something changed after you opened this page, so nothing was started. This is how it is now";
        return conflict(facts, visit, site, found.as_ref(), text).await;
    };
    let Some(order) = order(drift).await? else {
        return conflict(facts, visit, site, Some(drift), "Something stands in the way; the reasons are below").await;
    };
    match start(may, site, order).await {
        Err(Failure::Conflict(busy)) => conflict(facts, visit, site, Some(drift), &sentence(&busy)).await,
        other => other,
    }
}
