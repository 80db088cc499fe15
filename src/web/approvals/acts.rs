//! The buttons of a request: approve, object, take back, go ahead without approval.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::action::{GiveApproval, ObjectToRequest, OverrideApproval, WithdrawRequest};
use crate::access::{ActionName, Grant, WriteAction};
use crate::commands::{approval_give, approval_object, approval_override, approval_withdraw};
use crate::store::Denied;
use crate::store::approvals::Request;
use crate::web::Site;
use crate::web::apps::facts::made_for;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Form, Id};
use crate::web::page::{page_with, see_other, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::show::{Typed, view};
use super::{LONGEST, fits, found, one_line, path};

/// What the form of an objection sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionForm {
    objection: String,
}

/// What the form that goes ahead sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoAheadForm {
    reason: String,
}

/// Approves it. What has all that it needs begins at once.
pub async fn approve(
    may: Grant<GiveApproval>,
    Id(id): Id,
    _none: Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let request = of_form(&may, id, &visit, &site).await?;
    let command = approval_give::GiveApproval { app_id: request.app_id, id: request.id };
    let done = site.store.commit(&may, command).await;
    answer(&may, &request, &visit, &site, done, Typed::default()).await
}

/// Objects to it, which ends it.
pub async fn object(
    may: Grant<ObjectToRequest>,
    Id(id): Id,
    Form(form): Form<ObjectionForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let request = of_form(&may, id, &visit, &site).await?;
    let mut typed = Typed { objection: form.objection, ..Typed::default() };
    let Some(reason) = reason(&typed.objection, "objection", "Say why you object; whoever asked reads it", &mut typed.problems)
    else {
        return wrong_form(&view(&may, id, &visit, &site, typed).await?);
    };
    let command = approval_object::ObjectToRequest { app_id: request.app_id, id: request.id, reason };
    let done = site.store.commit(&may, command).await;
    answer(&may, &request, &visit, &site, done, typed).await
}

/// Takes back what the viewer asked for.
pub async fn withdraw(
    may: Grant<WithdrawRequest>,
    Id(id): Id,
    _none: Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let request = of_form(&may, id, &visit, &site).await?;
    let command = approval_withdraw::WithdrawRequest { app_id: request.app_id, id: request.id };
    let done = site.store.commit(&may, command).await;
    answer(&may, &request, &visit, &site, done, Typed::default()).await
}

/// Has it done without approval.
pub async fn go_ahead(
    may: Grant<OverrideApproval>,
    Id(id): Id,
    Form(form): Form<GoAheadForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let request = of_form(&may, id, &visit, &site).await?;
    let mut typed = Typed { reason: form.reason, ..Typed::default() };
    let why = "Say why it can’t wait; the audit log keeps it";
    let Some(reason) = reason(&typed.reason, "reason", why, &mut typed.problems) else {
        return wrong_form(&view(&may, id, &visit, &site, typed).await?);
    };
    let command = approval_override::OverrideApproval { app_id: request.app_id, id: request.id, reason };
    let done = site.store.commit(&may, command).await;
    answer(&may, &request, &visit, &site, done, typed).await
}

async fn of_form<A: WriteAction>(may: &Grant<A>, id: i64, visit: &Visit, site: &Site) -> Result<Request, Failure> {
    let app = site.store.app(may.app()).await?.ok_or(Failure::NotFound)?;
    made_for(&app, visit, site).await?;
    found(may, id, site).await
}

fn reason(text: &str, field: &str, missing: &str, problems: &mut Problems) -> Option<String> {
    let text = one_line(text);
    if text.is_empty() {
        problems.add(field, missing);
    } else if !fits(&text) {
        problems.add(field, format!("Write {LONGEST} characters at most"));
    }
    problems.is_empty().then_some(text)
}

async fn answer<A: WriteAction>(
    may: &Grant<A>,
    request: &Request,
    visit: &Visit,
    site: &Site,
    done: Result<(), Denied>,
    mut typed: Typed,
) -> Result<HttpResponse, Failure> {
    match done {
        // It is over, and so are the values that waited for it.
        Ok(()) if matches!(A::NAME, ActionName::ObjectToRequest | ActionName::WithdrawRequest) => site.release.forget(request),
        // What has all that it needs begins. It may be the button pressed twice.
        Ok(()) | Err(Denied::Rule { what: "said-already", .. }) => {
            if let Err(error) = site.release.look_at(request.id).await {
                // It is looked at again in a while.
                tracing::error!(%error, request = request.id, "what was approved could not be begun");
            }
        }
        Err(Denied::Rule { text, .. }) => {
            typed.problems.add("", sentence(&text));
            return page_with(StatusCode::CONFLICT, &view(may, request.id.into(), visit, site, typed).await?);
        }
        Err(other) => return Err(other.into()),
    }
    site.live.poke("apps");
    see_other(&path(&request.app, request.id))
}
