//! One request for approval, for programs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::access::Grant;
use crate::access::action::ViewApproval;
use crate::store::approvals::Request;
use crate::web::Site;
use crate::web::api::{answer, utc};
use crate::web::failure::Failure;
use crate::web::form::Id;

use super::found;

/// What is told of it.
#[derive(Serialize)]
pub struct Told {
    /// The request.
    approval: i32,
    app: String,
    /// Such as `Deploy 1.1.0`.
    title: String,
    state: &'static str,
    /// What it needs, for people.
    needs: String,
    /// Why it was asked for, if somebody said.
    because: Option<String>,
    approved_by: Vec<String>,
    /// Why it ended, for people; nothing while it waits.
    why: Option<String>,
    asked_at: String,
    expires_at: String,
    /// The operation that carries it out.
    operation: Option<i32>,
    url: String,
    /// The page on which members approve it.
    page: String,
}

impl Told {
    pub(in crate::web) fn of(request: &Request) -> Self {
        Self {
            approval: request.id,
            app: request.app.clone(),
            title: request.what.clone(),
            state: request.state.as_str(),
            needs: request.demand.told(),
            because: Some(request.reason.clone()).filter(|reason| !reason.is_empty()),
            approved_by: request.approved_by().map(|vote| vote.name.clone()).collect(),
            why: Some(request.why.clone()).filter(|why| !why.is_empty()),
            asked_at: utc(request.asked_at),
            expires_at: utc(request.expires_at),
            operation: request.operation_id,
            url: path(request),
            page: super::path(&request.app, request.id),
        }
    }
}

/// Where a request is asked for.
pub(in crate::web) fn path(request: &Request) -> String {
    format!("/api/v1/apps/{}/approvals/{}", request.app, request.id)
}

/// One request.
pub async fn show(may: Grant<ViewApproval>, Id(id): Id, site: Data<Site>) -> Result<HttpResponse, Failure> {
    answer(&Told::of(&found(&may, id, &site).await?))
}
