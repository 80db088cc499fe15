//! Choosing a new password by a link.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::{gone, held, keep, used};
use crate::access::Grant;
use crate::access::action::ResetPassword;
use crate::commands::password_reset;
use crate::store::Denied;
use crate::store::links::{GONE as LINK_GONE, Link, Purpose};
use crate::store::members::Member;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::guard::Public;
use crate::web::page::{moment, page, shell, wrong_form};
use crate::web::session::remember;
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::{Site, new_password};

/// What the page of a link that does not work says.
const GONE: &str = "A link to a new password works once and for half an hour. This one was used or taken back, is too old, or was not \
    copied whole. Ask for another one.";
const PLACE: &str = "/reset";

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "links/password.html")]
pub struct PasswordLinkView {
    pub shell: Shell,
    /// Whose password it is.
    pub name: String,
    /// Until when the link works, such as "2026-11-25 10:00 UTC".
    pub until: String,
    pub problems: Problems,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    password: String,
}

/// Somebody opened the link.
pub async fn arrive(_everybody: Public, request: HttpRequest, site: Data<Site>) -> Result<HttpResponse, Failure> {
    keep(&site, &request, PLACE)
}

/// The form.
pub async fn form(_everybody: Public, request: HttpRequest, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    match whose(&site, &request).await? {
        Some((link, member, _)) => page(&view(&site, &visit, &link, &member, Problems::none()).await),
        None => gone(&site, &visit, GONE).await,
    }
}

/// Sets the password.
pub async fn reset(
    may: Grant<ResetPassword>,
    Form(form): Form<PasswordForm>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let Some((link, member, token_hash)) = whose(&site, &request).await? else { return gone(&site, &visit, GONE).await };
    let mut problems = Problems::none();
    new_password::check(&site, &mut problems, &form.password, &member.name).await?;
    if !problems.is_empty() {
        return wrong_form(&view(&site, &visit, &link, &member, problems).await);
    }
    let password_hash = site.passwords.hash(form.password).await.map_err(|e| Failure::Unavailable(e.to_string()))?;
    let (member_id, named) = (member.id, member.clone());
    match site.store.commit(&may, password_reset::ResetPassword { token_hash, member, password_hash }).await {
        Ok(()) => {
            // Whoever holds the link is the member; nobody's guessing keeps them out of this browser now.
            let mut response = used(&site, "/session?ready=3")?;
            remember(&site, &mut response, member_id, None)?;
            Ok(response)
        }
        Err(Denied::Rule { what: LINK_GONE, .. }) => gone(&site, &visit, GONE).await,
        Err(Denied::Rule { text, .. }) => {
            problems.add("", sentence(&text));
            wrong_form(&view(&site, &visit, &link, &named, problems).await)
        }
        Err(other) => Err(other.into()),
    }
}

/// The open link of this browser, its member, and the hash of its token.
async fn whose(site: &Site, request: &HttpRequest) -> Result<Option<(Link, Member, Vec<u8>)>, Failure> {
    let Some((link, hash)) = held(site, request, Purpose::Password).await? else { return Ok(None) };
    let Some(id) = link.member_id else { return Ok(None) };
    Ok(site.store.member_of(id).await?.map(|member| (link, member, hash)))
}

async fn view(site: &Site, visit: &Visit, link: &Link, member: &Member, problems: Problems) -> PasswordLinkView {
    PasswordLinkView {
        shell: shell(site, visit, "Choose a new password", Nav::Nowhere).await,
        name: member.name.clone(),
        until: moment(site, link.expires_at).exact,
        problems,
    }
}

#[cfg(any(test, feature = "testing"))]
impl PasswordLinkView {
    pub fn samples() -> Vec<Self> {
        let first = Self {
            shell: Shell::sample_signed_out("Choose a new password"),
            name: "Bo <wiki>".to_owned(),
            until: "2026-11-22 12:30 UTC".to_owned(),
            problems: Problems::none(),
        };
        let mut wrong = first.clone();
        wrong.problems.add("password", "Use 12 characters or more");
        vec![first, wrong]
    }
}
