//! Passkeys of one's own: added, named, removed.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use webauthn_rs::prelude::{CredentialID, Passkey};

use super::ceremony::Begun;
use super::prove::asker;
use super::{codes, gate, own};
use crate::access::action::{AddFactor, RemoveFactor, ViewFactors};
use crate::access::{Grant, member_name};
use crate::commands::passkey_add::AddPasskey;
use crate::commands::passkey_remove::RemovePasskey;
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Id};
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// The page that adds a passkey.
#[derive(Debug, Clone, Template)]
#[template(path = "account/passkey.html")]
pub struct PasskeyView {
    pub shell: Shell,
    pub problems: Problems,
    /// The name as it was typed.
    pub name: String,
    /// What the browser is asked; `None` where the dashboard's address has no host name.
    pub begun: Option<Begun>,
    /// Whether nothing else can be done before.
    pub gate: bool,
}

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyForm {
    name: String,
    ticket: String,
    /// JSON, as the browser gave it.
    credential: String,
}

/// The page.
pub async fn offer(_may: Grant<ViewFactors>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    if !own(&visit)?.is_fresh(site.store.clock().now()) {
        return see_other("/session/again?next=/account/factors/passkeys/new");
    }
    page(&view(&site, &visit, String::new(), Problems::none()).await?)
}

/// Takes the passkey; with the first factor come recovery codes.
pub async fn take(
    may: Grant<AddFactor>,
    Form(form): Form<PasskeyForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let session = own(&visit)?;
    let member_id = session.member.id;
    let mut problems = Problems::none();
    let name = member_name(&form.name).unwrap_or_default();
    if name.is_empty() {
        problems.add("name", "Give it a name of 1 to 60 characters, such as that of the device");
    }
    let added = site.ceremonies.added(&form.ticket, member_id, &form.credential, asker(&site, &visit));
    let (true, Some(passkey)) = (problems.is_empty(), added) else {
        if problems.is_empty() {
            problems.add("", "The device’s answer could not be used, or came after more than five minutes. Try again");
        }
        return wrong_form(&view(&site, &visit, form.name, problems).await?);
    };
    let text = serde_json::to_string(&passkey).map_err(|e| Failure::broken(e.to_string()))?;
    let fresh = if site.store.recovery(member_id).await?.left == 0 { Some(codes::fresh()) } else { None };
    let hashes = fresh.as_ref().map(|codes| codes::sealed(&site, member_id, codes)).unwrap_or_default();
    let credential = passkey.cred_id().clone();
    let add = AddPasskey { member_id, name, credential, text, codes: hashes, session: session.id };
    match site.store.commit(&may, add).await {
        Ok(()) => {}
        Err(Denied::Rule { text, .. }) => {
            problems.add("", sentence(&text));
            return wrong_form(&view(&site, &visit, form.name, problems).await?);
        }
        Err(other) => return Err(other.into()),
    }
    match fresh {
        Some(made) => codes::show(&site, &visit, &made, "The passkey was added.").await,
        None => see_other("/account/factors"),
    }
}

/// Removes one.
pub async fn drop_passkey(may: Grant<RemoveFactor>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    let required = gate::required(&site, &visit.actor);
    site.store.commit(&may, RemovePasskey { member_id: own(&visit)?.member.id, id, required }).await?;
    see_other("/account/factors")
}

async fn view(site: &Site, visit: &Visit, name: String, problems: Problems) -> Result<PasskeyView, Failure> {
    let session = own(visit)?;
    let stored = site.store.passkeys(session.member.id).await?;
    let read = |text: &str| serde_json::from_str::<Passkey>(text).ok();
    let known: Vec<CredentialID> = stored.iter().filter_map(|p| read(&p.text)).map(|p| p.cred_id().clone()).collect();
    Ok(PasskeyView {
        shell: shell(site, visit, "New passkey", Nav::Nowhere).await,
        problems,
        name,
        begun: site.ceremonies.add(session.member.id, &session.member.name, known, asker(site, visit)),
        gate: !session.factors.any() && gate::required(site, &visit.actor),
    })
}

#[cfg(any(test, feature = "testing"))]
impl PasskeyView {
    pub fn samples() -> Vec<Self> {
        let (shell, problems) = (Shell::sample("New passkey", Nav::Nowhere), Problems::none());
        let first = Self { shell, problems, name: String::new(), begun: Some(Begun::sample()), gate: false };
        let mut wrong = Self { name: "Phone".to_owned(), ..first.clone() };
        wrong.problems.add("", "The device’s answer could not be used. Try again");
        wrong.problems.add("name", "Give it a name");
        vec![Self { begun: None, ..first.clone() }, Self { gate: true, ..first.clone() }, first, wrong]
    }
}
