//! The list of operations.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewOperations;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{fragment, moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::status::OperationState;
use crate::web::visit::Visit;
use crate::web::when::When;

use super::{app_path, state, title, took};

/// The list of operations, newest first. The block `rows` is the fragment that the page fetches again when it is poked.
#[derive(Debug, Clone, Template)]
#[template(path = "operations/index.html", blocks = ["rows"])]
pub struct OperationsView {
    pub shell: Shell,
    pub rows: Vec<OperationRow>,
    /// The page of older ones.
    pub older: Option<String>,
    /// Address of the event stream; absent where the page is not live.
    pub live: Option<String>,
    pub rows_url: String,
}

/// One operation in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRow {
    pub id: String,
    /// Such as "Deploy 1.1.0".
    pub title: String,
    /// The app that it works on; empty for one that concerns the whole server.
    pub app: String,
    /// The app's page.
    pub app_href: String,
    /// The app was removed since.
    pub removed: bool,
    pub state: OperationState,
    pub by: String,
    pub started: When,
    /// Such as "48 s"; empty before it starts.
    pub took: String,
}

/// Operations on one page.
const PAGE: i64 = 100;

/// The list of operations.
pub async fn index(may: Grant<ViewOperations>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&list(&may, &visit, &site, query.number("before")).await?)
}

/// The rows alone.
pub async fn rows(may: Grant<ViewOperations>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    fragment(list(&may, &visit, &site, None).await?.as_rows().render())
}

async fn list(may: &Grant<ViewOperations>, visit: &Visit, site: &Site, before: Option<i32>) -> Result<OperationsView, Failure> {
    let since = site.live.seq();
    let operations = site.store.seen_by(may.actor()).operations(None, before, PAGE).await?;
    let full = i64::try_from(operations.len()) == Ok(PAGE);
    let older = operations.last().filter(|_| full).map(|last| format!("/operations?before={}", last.id));
    let rows = operations.iter().map(|o| OperationRow {
        id: o.id.to_string(),
        title: title(o),
        app: o.app.clone(),
        app_href: app_path(o),
        removed: o.kept_as.is_some(),
        state: state(o),
        by: o.asked_by.told(),
        started: moment(site, o.started_at.unwrap_or(o.asked_at)),
        took: took(o, site),
    });
    Ok(OperationsView {
        rows: rows.collect(),
        shell: shell(site, visit, "Operations", Nav::Operations).await,
        older,
        // What is older does not change any more.
        live: before.is_none().then(|| format!("/live?since={since}&topics=apps")),
        rows_url: "/operations/rows".to_owned(),
    })
}
