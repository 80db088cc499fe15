//! Taking a role away from a member or a team.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::action::{ReviewGrant, TakeGrant};
use crate::access::{Actor, Book, Grant, Granted, To};
use crate::commands::grant_take;
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Id};
use crate::web::page::see_other;
use crate::web::visit::Visit;

use super::give::{home, in_reach};
use super::review::{CHANGED, Wish};

/// What the confirmation sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenForm {
    pub(super) seen: String,
}

/// What would change.
pub async fn review(may: Grant<ReviewGrant>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (book, granted, after) = asked(may.actor(), id, &site).await?;
    told(may.actor(), &book, &after, id, &granted).page(&site, &visit, None).await
}

/// Takes it away.
pub async fn take(
    may: Grant<TakeGrant>,
    Id(id): Id,
    Form(form): Form<SeenForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (book, granted, after) = asked(may.actor(), id, &site).await?;
    let told = told(may.actor(), &book, &after, id, &granted);
    if told.seen(&site) != form.seen {
        return told.page(&site, &visit, Some(CHANGED.to_owned())).await;
    }
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    let back = told.back.clone();
    match site.store.commit(&may, grant_take::TakeGrant { id }).await {
        Ok(()) => see_other(&back),
        Err(Denied::Rule { text, .. }) => told.page(&site, &visit, Some(text)).await,
        Err(other) => Err(other.into()),
    }
}

/// The grant, and everything without it. One on an app that the actor does not see is not there.
async fn asked(actor: &Actor, id: i64, site: &Site) -> Result<(Book, Granted, Book), Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    let book = site.store.book().await?;
    let granted = book.grants.get(&id).cloned().ok_or(Failure::NotFound)?;
    if !in_reach(actor, &book, &granted.scope) {
        return Err(Failure::NotFound);
    }
    let mut after = book.clone();
    after.grants.remove(&id);
    Ok((book, granted, after))
}

fn told<'a>(actor: &Actor, before: &'a Book, after: &'a Book, id: i64, granted: &Granted) -> Wish<'a> {
    let name = before.name_of(granted.to).unwrap_or_default();
    let who = if let To::Team(_) = granted.to { format!("Everybody in the team {name}") } else { name.to_owned() };
    let (role, scope) = (before.role(granted.what).0, before.scope_name(&granted.scope));
    Wish {
        title: "Take a role away".to_owned(),
        asked: format!("{who} loses the role {role} over {scope}. What other roles give stays."),
        note: String::new(),
        before,
        after,
        action: format!("/grants/{id}/removal"),
        fields: vec![],
        button: "Take it away".to_owned(),
        back: home(actor, before, granted.to, &granted.scope),
    }
}
