//! What waits for approval, and what did.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::ListApprovals;
use crate::access::{Actor, Grant, Permission};
use crate::store::approvals::Request;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::status::Mark;
use crate::web::visit::Visit;
use crate::web::when::When;

use super::{mark, path, standing};

/// Requests for approval, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/index.html")]
pub struct ApprovalsView {
    pub shell: Shell,
    /// Those that wait, and not those that are done.
    pub waits: bool,
    /// The only app; empty for all.
    pub app: String,
    pub rows: Vec<ApprovalRow>,
    pub older: Option<String>,
    pub may_edit: bool,
}

/// One request in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    pub href: String,
    /// Such as "Deploy 1.1.0".
    pub what: String,
    pub app: String,
    pub mark: Mark,
    /// What it waits for, or how it ended.
    pub standing: String,
    pub by: String,
    /// Why it was asked for; empty where nobody said.
    pub reason: String,
    pub when: When,
}

/// Requests on one page.
const PAGE: i64 = 50;

impl ApprovalRow {
    async fn of(request: &Request, site: &Site) -> Result<Self, Failure> {
        Ok(Self {
            href: path(&request.app, request.id),
            what: request.what.clone(),
            app: request.app.clone(),
            mark: mark(request.state),
            standing: standing(request, site).await?,
            by: request.asked_by.told(),
            reason: request.reason.clone(),
            when: moment(site, request.ended_at.unwrap_or(request.asked_at)),
        })
    }

    pub(in crate::web) async fn all(requests: &[Request], site: &Site) -> Result<Vec<Self>, Failure> {
        let mut rows = vec![];
        for request in requests {
            rows.push(Self::of(request, site).await?);
        }
        Ok(rows)
    }
}

impl ApprovalsView {
    /// The other list.
    pub fn turned(&self) -> String {
        let app = if self.app.is_empty() { String::new() } else { format!("app={}", self.app) };
        match (self.waits, app.is_empty()) {
            (true, true) => "/approvals?show=done".to_owned(),
            (true, false) => format!("/approvals?show=done&{app}"),
            (false, true) => "/approvals".to_owned(),
            (false, false) => format!("/approvals?{app}"),
        }
    }
}

/// The list. `?show=done` lists what does not wait any more, `?app=` what is about one app.
pub async fn index(may: Grant<ListApprovals>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let waits = query.get("show") != "done";
    let name = query.get("app").to_owned();
    let only = if name.is_empty() { None } else { Some(app(may.actor(), &name, &site).await?) };
    let found = site.store.approvals(may.actor().sight(), only, waits, query.number("before"), PAGE).await?;
    let full = i64::try_from(found.len()) == Ok(PAGE);
    let mut view = ApprovalsView {
        shell: shell(&site, &visit, "Approvals", Nav::Approvals).await,
        waits,
        app: name,
        rows: ApprovalRow::all(&found, &site).await?,
        older: None,
        may_edit: may.actor().everywhere().has(Permission::ConfigureApprovals),
    };
    view.older = found.last().filter(|_| full).map(|last| {
        let show = if waits { "waiting" } else { "done" };
        format!("/approvals?show={show}&app={}&before={}", view.app, last.id)
    });
    page(&view)
}

/// An app that the viewer sees, by its name.
async fn app(actor: &Actor, name: &str, site: &Site) -> Result<i32, Failure> {
    let found = site.store.app(name).await?.filter(|app| actor.sight().has(&app.name));
    Ok(found.ok_or(Failure::NotFound)?.id)
}
