//! Becoming a member by the link of an invitation.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::{gone, held, keep, used};
use crate::access::action::AcceptInvitation;
use crate::access::{Grant, member_name};
use crate::commands::invitation_accept;
use crate::store::Denied;
use crate::store::links::{GONE as LINK_GONE, Link, Purpose};
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::guard::Public;
use crate::web::page::{moment, page, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::{Site, new_password};

/// What the page of a link that does not work says.
pub(super) const GONE: &str = "An invitation works once and for three days. This one was used or taken back, is too old, or was not \
    copied whole. Ask whoever invited you for another one.";
const PLACE: &str = "/invite";

/// The form of an invitation.
#[derive(Debug, Clone, Template)]
#[template(path = "links/invitation.html")]
pub struct InvitationView {
    pub shell: Shell,
    pub role: String,
    /// Until when it works, such as "2026-11-25 10:00 UTC".
    pub until: String,
    /// The name as it was typed, or as the inviter called them.
    pub name: String,
    pub problems: Problems,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptForm {
    name: String,
    password: String,
}

/// Somebody opened the link.
pub async fn arrive(_everybody: Public, request: HttpRequest, site: Data<Site>) -> Result<HttpResponse, Failure> {
    keep(&site, &request, PLACE)
}

/// The form.
pub async fn form(_everybody: Public, request: HttpRequest, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let Some((link, _)) = held(&site, &request, Purpose::Invitation).await? else { return gone(&site, &visit, GONE).await };
    let name = link.hint.clone();
    page(&view(&site, &visit, &link, name, Problems::none()).await)
}

/// Makes the member.
pub async fn accept(
    may: Grant<AcceptInvitation>,
    Form(form): Form<AcceptForm>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let Some((link, token_hash)) = held(&site, &request, Purpose::Invitation).await? else {
        return gone(&site, &visit, GONE).await;
    };
    let mut problems = Problems::none();
    let name = form.name.trim().to_owned();
    if let Err(bad) = member_name(&name) {
        problems.add("name", sentence(&bad.to_string()));
    } else if site.store.member(&name).await?.is_some() {
        problems.add("name", "Somebody has this name already; choose another one");
    }
    new_password::check(&site, &mut problems, &form.password, &name).await?;
    if !problems.is_empty() {
        return wrong_form(&view(&site, &visit, &link, name, problems).await);
    }
    let password_hash = site.passwords.hash(form.password).await.map_err(|e| Failure::Unavailable(e.to_string()))?;
    let command = invitation_accept::AcceptInvitation { token_hash, name: name.clone(), password_hash };
    match site.store.commit(&may, command).await {
        Ok(_) => used(&site, "/session?ready=2"),
        Err(Denied::Rule { what: LINK_GONE, .. }) => gone(&site, &visit, GONE).await,
        Err(Denied::Rule { text, .. }) => {
            problems.add("", sentence(&text));
            wrong_form(&view(&site, &visit, &link, name, problems).await)
        }
        Err(other) => Err(other.into()),
    }
}

async fn view(site: &Site, visit: &Visit, link: &Link, name: String, problems: Problems) -> InvitationView {
    InvitationView {
        shell: shell(site, visit, "You are invited", Nav::Nowhere).await,
        role: link.role.clone(),
        until: moment(site, link.expires_at).exact,
        name,
        problems,
    }
}

#[cfg(any(test, feature = "testing"))]
impl InvitationView {
    pub fn samples() -> Vec<Self> {
        let first = Self {
            shell: Shell::sample_signed_out("You are invited"),
            role: "operator".to_owned(),
            until: "2026-11-25 10:00 UTC".to_owned(),
            name: "Cem <wiki>".to_owned(),
            problems: Problems::none(),
        };
        let mut wrong = Self { name: "Ana".to_owned(), ..first.clone() };
        wrong.problems.add("name", "Somebody has this name already; choose another one");
        let signed_in = Self { shell: Shell::sample("You are invited", Nav::Nowhere), ..first.clone() };
        vec![first, wrong, signed_in]
    }
}
