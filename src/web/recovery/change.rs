use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{EditHolders, ProveHolder};
use crate::commands::holder_add::AddHolder;
use crate::commands::{holder_prove, holder_remove};
use crate::escrow::{Challenge, NewIdentity, Recipient, SealError};
use crate::store::Denied;
use crate::store::recovery::NewHolder;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Form, Id};
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::show::{Typed, view};

/// A key right after it was made. Has no `Debug`, so that no log line can carry it.
#[derive(Clone, Template)]
#[template(path = "recovery/made.html")]
pub struct MadeKeyView {
    pub shell: Shell,
    pub name: String,
    /// The secret half.
    pub identity: String,
    pub recipient: String,
}

/// What the form of a new holder sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolderForm {
    name: String,
    how: String,
    recipient: String,
}

/// What a holder read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordForm {
    word: String,
}

/// Adds a holder: with the key that they have, or with one that is made now and shown once.
pub async fn add(
    may: Grant<EditHolders>,
    Form(form): Form<HolderForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let make = match form.how.as_str() {
        "make" => true,
        "have" => false,
        _ => return Err(Failure::BadForm("the form does not say whether there is a key; open the page again".to_owned())),
    };
    let name = form.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let typed = Typed { name: name.clone(), recipient: form.recipient.clone(), make };
    let identity = make.then(NewIdentity::make);
    let recipient = match &identity {
        Some(identity) => identity.recipient().clone(),
        None => match Recipient::parse(&form.recipient) {
            Ok(recipient) => recipient,
            Err(why) => {
                let mut problems = Problems::none();
                problems.add("recipient", sentence(&why.to_string()));
                // What may be a secret half is not given back.
                let typed =
                    if why == crate::escrow::BadRecipient::Secret { Typed { recipient: String::new(), ..typed } } else { typed };
                return wrong_form(&view(&site, &visit, typed, problems).await?);
            }
        },
    };
    let Challenge { text, digest } = Challenge::make(&recipient).map_err(|e| unsealed(&e))?;
    let (recipient, fingerprint) = (recipient.to_string(), recipient.fingerprint());
    let holder = NewHolder { name: name.clone(), recipient: recipient.clone(), fingerprint, challenge: text, digest };
    match site.store.commit(&may, AddHolder { holder }).await {
        Ok(()) => match identity {
            None => see_other(&format!("{}?done=added", super::PAGE)),
            Some(identity) => {
                let shell = shell(&site, &visit, "The new recovery key", Nav::Nowhere).await;
                page(&MadeKeyView { shell, name, identity: identity.expose().to_owned(), recipient })
            }
        },
        Err(Denied::Rule { what, text }) => refused(what, &text, typed, &visit, &site).await,
        Err(other) => Err(other.into()),
    }
}

/// Notes that a holder said the word that only their key opens.
pub async fn prove(
    may: Grant<ProveHolder>,
    Id(id): Id,
    Form(form): Form<WordForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let holder = site.store.holders().await?.into_iter().find(|holder| i64::from(holder.id) == id).ok_or(Failure::NotFound)?;
    let recipient = Recipient::parse(&holder.recipient).map_err(|e| Failure::broken(format!("a stored key is none: {e}")))?;
    let next = Challenge::make(&recipient).map_err(|e| unsealed(&e))?;
    let command = holder_prove::ProveHolder { id: holder.id, said: Challenge::digest(&form.word), next: (next.text, next.digest) };
    match site.store.commit(&may, command).await {
        Ok(()) => see_other(&format!("{}?done=proven", super::PAGE)),
        Err(Denied::Rule { what: "word", text }) => {
            refused(&format!("word-{}", holder.id), &text, Typed::default(), &visit, &site).await
        }
        Err(Denied::Rule { text, .. }) => refused("", &text, Typed::default(), &visit, &site).await,
        Err(other) => Err(other.into()),
    }
}

/// Removes a holder.
pub async fn remove(
    may: Grant<EditHolders>,
    Id(id): Id,
    _none: Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    site.store.holders().await?.iter().find(|holder| holder.id == id).ok_or(Failure::NotFound)?;
    match site.store.commit(&may, holder_remove::RemoveHolder { id }).await {
        Ok(()) => see_other(&format!("{}?done=removed", super::PAGE)),
        Err(Denied::Rule { text, .. }) => refused("", &text, Typed::default(), &visit, &site).await,
        Err(other) => Err(other.into()),
    }
}

async fn refused(field: &str, text: &str, typed: Typed, visit: &Visit, site: &Site) -> Result<HttpResponse, Failure> {
    let mut problems = Problems::none();
    problems.add(if field == "gone" { "" } else { field }, sentence(text));
    wrong_form(&view(site, visit, typed, problems).await?)
}

fn unsealed(why: &SealError) -> Failure {
    Failure::broken(why.to_string())
}
