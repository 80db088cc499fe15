//! What is left to read of an app that was removed.

use actix_web::HttpResponse;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewApp;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::operations::{state, title};
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::status::OperationState;
use crate::web::visit::Visit;
use crate::web::when::When;

/// Operations on the page, the newest of them.
const MOST: i64 = 100;

/// The history of an app that was removed.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/removed.html")]
pub struct RemovedView {
    pub shell: Shell,
    /// The name that it had.
    pub name: String,
    pub recipe: String,
    /// The version that it was on.
    pub version: String,
    pub when: When,
    pub by: String,
    pub rows: Vec<RemovedDeploy>,
}

/// One operation of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedDeploy {
    pub id: String,
    /// Such as "Deploy 1.1.0".
    pub title: String,
    pub state: OperationState,
    pub by: String,
    pub when: When,
}

/// The page of an app that is not there any more; not found if there never was one.
pub async fn removed(may: &Grant<ViewApp>, visit: &Visit, site: &Site) -> Result<HttpResponse, Failure> {
    let (app, removed) = site.store.removed_app(may.app()).await?.ok_or(Failure::NotFound)?;
    let operations = site.store.operations(Some(app.id), None, MOST).await?;
    let rows = operations.iter().map(|o| RemovedDeploy {
        id: o.id.to_string(),
        title: title(o),
        state: state(o),
        by: o.asked_by.told(),
        when: moment(site, o.asked_at),
    });
    page(&RemovedView {
        rows: rows.collect(),
        shell: shell(site, visit, removed.name.clone(), Nav::Apps).await,
        name: removed.name,
        recipe: app.recipe,
        version: app.version,
        when: moment(site, removed.at),
        by: removed.by,
    })
}
