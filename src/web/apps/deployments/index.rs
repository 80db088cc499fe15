//! The list of an app's deployments.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{ListDeployments, Rollback};
use crate::ops::fallback::PUT_BACK;
use crate::store::deployments::{CONVERGED, Deployment};
use crate::store::replicas::Chosen;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::status::Verdict;
use crate::web::visit::Visit;
use crate::web::when::When;

use super::runs;

/// An app's deployments, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/deployments.html")]
pub struct DeploymentsView {
    pub shell: Shell,
    pub app: AppHeader,
    pub rows: Vec<DeploymentRow>,
    /// The page of older ones.
    pub older: Option<String>,
}

/// One deployment in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRow {
    /// The id of the operation that made it.
    pub operation: String,
    pub version: String,
    /// It was a commit and no release.
    pub commit: bool,
    /// The revision of the settings that it was made with.
    pub settings: String,
    pub verdict: Verdict,
    pub by: String,
    pub when: When,
    /// Exactly this is on the Swarm now.
    pub runs_now: bool,
    /// The review of going back to it, where that makes sense.
    pub back: Option<String>,
}

/// Deployments on one page.
const PAGE: i64 = 20;

/// The list.
pub async fn index(may: Grant<ListDeployments>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let before: Option<i32> = query.number("before");
    let some = site.store.deployments(facts.app.id, before, PAGE).await?;
    let full = i64::try_from(some.len()) == Ok(PAGE);
    let older = some.last().filter(|_| full).map(|last| format!("/apps/{}/deployments?before={}", facts.app.name, last.id));
    // A newer one with the same objects is what runs; an older page need not ask.
    let chosen = site.store.chosen_replicas(facts.app.id).await?;
    let now = if before.is_none() { now(&facts, &some, &chosen) } else { None };
    let mut rows = vec![];
    for deployment in some {
        rows.push(row(&facts, &site, deployment, now).await?);
    }
    page(&DeploymentsView {
        shell: shell(&site, &visit, format!("Deploys of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Deploys, None),
        rows,
        older,
    })
}

/// The newest deployment whose objects are exactly what is on the Swarm. One that was put back is not, even if it sent what stood there
/// before.
fn now(facts: &Facts, newest: &[Deployment], chosen: &[Chosen]) -> Option<i32> {
    let mut stands = newest.iter().filter(|d| d.outcome != PUT_BACK);
    stands.find(|d| runs(d, &facts.observed, chosen)).map(|d| d.id).filter(|_| !facts.observed.services.is_empty())
}

async fn row(facts: &Facts, site: &Site, deployment: Deployment, now: Option<i32>) -> Result<DeploymentRow, Failure> {
    let operation = site.store.operation(deployment.operation_id).await?;
    let runs_now = now == Some(deployment.id);
    let back = format!("/apps/{}/deployments/{}", facts.app.name, deployment.id);
    Ok(DeploymentRow {
        operation: deployment.operation_id.to_string(),
        settings: deployment.env_number.to_string(),
        verdict: Verdict::of(&deployment.outcome),
        by: operation.map(|o| o.asked_by.told()).unwrap_or_default(),
        when: moment(site, deployment.at),
        runs_now,
        back: Some(back).filter(|_| facts.may::<Rollback>() && !runs_now && deployment.outcome == CONVERGED),
        commit: deployment.commit_id.starts_with(&deployment.version),
        version: deployment.version,
    })
}
