//! The two ways out: the record comes back, or what runs becomes the record.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::action::{Adopt, Reapply};
use crate::access::{Grant, WriteAction};
use crate::ops::adopt::{AdoptWanted, likely_settings, taken};
use crate::ops::check::{beside, tier};
use crate::ops::order::{self, Order, RollbackWanted};
use crate::stack::carried;
use crate::stack::labels::timeout_s;
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking, facts_of_form, recipe_at};
use crate::web::apps::idle::once;
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::wrong_form;
use crate::web::powers::typed_for;
use crate::web::setup::sentence;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::judged::Judged;
use super::{Drift, Looked, drift};

/// So many revisions are looked at, the newest ones.
const NEWEST: usize = 20;

/// What both buttons send.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftForm {
    plan: String,
    /// Not empty where services that somebody added are to be removed.
    #[serde(default)]
    prune: String,
    /// The app's name, where power over the machine is given.
    #[serde(default)]
    confirm: String,
}

impl DriftForm {
    const fn prunes(&self) -> bool {
        !self.prune.is_empty()
    }
}

/// What became of the form.
enum Answer<A> {
    Order(Box<Order<A>>),
    /// Something stands in the way, whatever is typed.
    Blocked,
    /// What was typed into the field for confirming is not the app's name.
    Unconfirmed(String),
}

/// Puts the record back.
pub async fn reapply(
    may: Grant<Reapply>,
    Form(form): Form<DriftForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    decide(&may, &facts, &visit, &site, &form, async |drift| {
        let judged = Judged::of(drift, &facts, tier(&may));
        if !drift.plan.blockers.is_empty() || judged.against_reapply.is_some() {
            return Ok(Answer::Blocked);
        }
        let confirmed = match typed_for(judged.confirm, &form.confirm, &facts.app.name) {
            Ok(lines) => lines,
            Err(text) => return Ok(Answer::Unconfirmed(text)),
        };
        let keep = drift.staying(form.prunes());
        let wanted = RollbackWanted {
            deployment: drift.deployment.id,
            version: drift.deployment.version.clone(),
            env_number: facts.app.env_number,
            plan_hash: beside(&drift.record, facts.observed.clone(), &keep).hash(),
            timeout_s: timeout_s(&drift.record).unwrap_or(site.settings.deploy_timeout_s),
            reapply: true,
            keep,
            confirmed,
            after: None,
        };
        Ok(Answer::Order(Box::new(order::reapply(facts.app.id, wanted, visit.form.clone()))))
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
    let facts = facts_of_form(&may, &visit, &site).await?;
    decide(&may, &facts, &visit, &site, &form, async |drift| {
        let judged = Judged::of(drift, &facts, tier(&may));
        if facts.observed.services.is_empty() || judged.against_adopt.is_some() {
            return Ok(Answer::Blocked);
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
            env_number: Some(settings_of(drift, &facts, &site).await?),
        };
        Ok(Answer::Order(Box::new(order::adopt(facts.app.id, wanted, visit.form.clone()))))
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

/// The revision of the settings that what runs was made with, as far as it can be told: somebody may have deployed newer ones with
/// another tool.
async fn settings_of(drift: &Drift, facts: &Facts, site: &Site) -> Result<i32, Failure> {
    let from = drift.deployment.env_number;
    let mut revisions = vec![];
    for number in (from..=facts.app.env_number).rev().take(NEWEST) {
        revisions.extend(site.store.env_revision(facts.app.id, number).await?);
    }
    let known = facts.observed.services.iter().filter(|s| drift.record.services.iter().any(|r| r.name == s.spec.name));
    let carried = carried::settings(known.map(|s| &s.spec));
    Ok(likely_settings(from, &revisions, &carried))
}

async fn decide<A: WriteAction>(
    may: &Grant<A>,
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    form: &DriftForm,
    order: impl AsyncFnOnce(&Drift) -> Result<Answer<A>, Failure>,
) -> Result<HttpResponse, Failure> {
    if let Some(first) = once(site, visit, &facts.app).await? {
        return Ok(first);
    }
    let found = drift(facts, site).await?;
    let looked = Looked { facts, drift: found.as_ref(), tier: tier(may), prune: form.prunes() };
    let Some(drift) = looked.drift.filter(|drift| drift.plan.hash() == form.plan) else {
        let text = "Something changed after you opened this page, so nothing was started. This is how it is now";
        return looked.conflict(visit, site, text).await;
    };
    let order = match order(drift).await? {
        Answer::Order(order) => *order,
        Answer::Blocked => {
            return looked.conflict(visit, site, "Something stands in the way; the reasons are below").await;
        }
        Answer::Unconfirmed(text) => {
            let mut problems = Problems::none();
            problems.add("confirm", text);
            return wrong_form(&looked.view(visit, site, problems).await);
        }
    };
    match start(may, visit, site, order).await {
        Err(Failure::Conflict(busy)) => looked.conflict(visit, site, &sentence(&busy)).await,
        other => other,
    }
}
