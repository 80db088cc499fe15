use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{SetUpdatePolicy, ViewUpdates};
use crate::ops::updates::{Judgement, Sources, judge};
use crate::recipe::RecipeName;
use crate::updates::{Step, step};
use crate::web::Site;
use crate::web::apps::facts::{Facts, blocking, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::operations::state;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::OperationState;
use crate::web::updates::{Fate, policy_words};
use crate::web::visit::Visit;
use crate::web::when::When;

use super::form::PolicyForm;

/// Newer versions that are shown; who is further behind reads the rest in the review of a deploy.
const MOST: usize = 50;

/// The newer versions of an app and its policy.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/updates.html")]
pub struct AppUpdatesView {
    pub shell: Shell,
    pub app: AppHeader,
    /// The version that runs, if one does.
    pub current: Option<String>,
    /// False where nobody can tell what is newer than what runs.
    pub known: bool,
    /// Newest first.
    pub newer: Vec<NewerRow>,
    pub fate: Fate,
    /// What Canteen did by itself, newest first.
    pub tried: Vec<TriedRow>,
    /// The policy in words.
    pub policy: String,
    pub form: PolicyForm,
    /// Who chose the policy, and when; nobody did where it is the usual one.
    pub chosen: Option<(String, When)>,
    pub problems: Problems,
    pub may_edit: bool,
}

/// A newer version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerRow {
    pub version: String,
    /// `patch`, `minor` or `major`, counted from what runs.
    pub step: &'static str,
    /// What its authors say, as plain text; empty if nothing.
    pub note: String,
    /// The review of its deploy.
    pub href: String,
}

/// A version that Canteen asked for by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedRow {
    pub version: String,
    pub operation: i32,
    pub state: OperationState,
    pub when: When,
}

/// The page.
pub async fn show(may: Grant<ViewUpdates>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    page(&view(&facts, &visit, &site, None, Problems::none()).await?)
}

pub(super) async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    sent: Option<PolicyForm>,
    problems: Problems,
) -> Result<AppUpdatesView, Failure> {
    let reading = site.feed.latest();
    let sources = Sources { store: &site.store, shelf: &site.shelf, reading: &reading };
    let judgement = judge(sources, &facts.app).await.map_err(|e| Failure::Unavailable(e.to_string()))?;
    Ok(AppUpdatesView {
        shell: shell(site, visit, format!("Updates of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Updates, None),
        known: judgement.current.is_none() || judgement.newer.is_some(),
        newer: rows(facts, site, &judgement).await?,
        fate: Fate::of(&judgement.decision, site),
        tried: tried(site, &judgement).await?,
        policy: policy_words(&judgement.policy),
        form: sent.unwrap_or_else(|| PolicyForm::of(judgement.policy)),
        chosen: judgement.chosen.map(|chosen| (chosen.by, moment(site, chosen.at))),
        current: judgement.current,
        problems,
        may_edit: facts.may::<SetUpdatePolicy>(),
    })
}

async fn rows(facts: &Facts, site: &Site, judgement: &Judgement) -> Result<Vec<NewerRow>, Failure> {
    let (Some(current), Some(newer)) = (&judgement.current, &judgement.newer) else { return Ok(vec![]) };
    let versions: Vec<String> = newer.iter().take(MOST).cloned().collect();
    let (shelf, recipe, wanted) = (site.shelf.clone(), facts.app.recipe.clone(), versions.clone());
    let notes = blocking(move || {
        let name = RecipeName::parse(&recipe).ok()?;
        let commit = shelf.resolve(&name, wanted.first()?).ok()?;
        Some(shelf.notes(&name, &commit, &wanted))
    });
    let notes = notes.await?.unwrap_or_default();
    let row = |version: String| NewerRow {
        step: step(current, &version).map_or("", Step::as_str),
        note: notes.iter().find(|n| n.version == version).map(|n| n.text.clone()).unwrap_or_default(),
        href: format!(
            "/apps/{}/deployment?{}",
            facts.app.name,
            serde_urlencoded::to_string([("version", version.as_str())]).unwrap_or_default()
        ),
        version,
    };
    Ok(versions.into_iter().map(row).collect())
}

async fn tried(site: &Site, judgement: &Judgement) -> Result<Vec<TriedRow>, Failure> {
    let mut rows = vec![];
    for one in judgement.tries.iter().take(MOST) {
        let Some(operation) = site.store.operation(one.operation_id).await? else { continue };
        rows.push(TriedRow {
            version: one.version.clone(),
            operation: one.operation_id,
            state: state(&operation),
            when: moment(site, one.at),
        });
    }
    Ok(rows)
}
