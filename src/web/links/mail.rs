//! Showing by a link that an address is one's own.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{gone, held, keep, used};
use crate::access::Grant;
use crate::access::action::ConfirmMail;
use crate::commands::account_mail;
use crate::store::Denied;
use crate::store::links::{GONE as LINK_GONE, Purpose};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::guard::Public;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

const GONE: &str = "A link that confirms an address works once and for a day. This one was used, is too old, or was not copied whole. \
    Ask for another one on the page of your account.";
const PLACE: &str = "/confirm";

/// The question.
#[derive(Debug, Clone, Template)]
#[template(path = "links/mail.html")]
pub struct ConfirmView {
    pub shell: Shell,
    pub mail: String,
    /// Whose address it becomes.
    pub name: String,
}

/// Somebody opened the link.
pub async fn arrive(_everybody: Public, request: HttpRequest, site: Data<Site>) -> Result<HttpResponse, Failure> {
    keep(&site, &request, PLACE)
}

/// The question.
pub async fn form(_everybody: Public, request: HttpRequest, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let Some((link, _)) = held(&site, &request, Purpose::Mail).await? else { return gone(&site, &visit, GONE).await };
    let member = match link.member_id {
        Some(id) => site.store.member_of(id).await?,
        None => None,
    };
    let Some(member) = member else { return gone(&site, &visit, GONE).await };
    page(&ConfirmView {
        shell: shell(&site, &visit, "Confirm your address", Nav::Nowhere).await,
        mail: link.mail,
        name: member.name,
    })
}

/// It is theirs.
pub async fn confirm(
    may: Grant<ConfirmMail>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let Some((_, token_hash)) = held(&site, &request, Purpose::Mail).await? else { return gone(&site, &visit, GONE).await };
    match site.store.commit(&may, account_mail::ConfirmMail { token_hash }).await {
        Ok(()) => used(&site, "/account?done=mail"),
        Err(Denied::Rule { what: LINK_GONE, .. }) => gone(&site, &visit, GONE).await,
        Err(other) => Err(other.into()),
    }
}

#[cfg(any(test, feature = "testing"))]
impl ConfirmView {
    pub fn samples() -> Vec<Self> {
        let shell = Shell::sample_signed_out("Confirm your address");
        vec![Self { shell, mail: "ana@example.org".to_owned(), name: "Ana <wiki>".to_owned() }]
    }
}
