use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewRecovery;
use crate::store::recovery::{ENOUGH, Holder};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, shell, with_flash};
use crate::web::shell::{Flash, FlashKind, Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// All holders, and the form for another one.
#[derive(Debug, Clone, Template)]
#[template(path = "recovery/show.html")]
pub struct RecoveryView {
    pub shell: Shell,
    pub holders: Vec<HolderRow>,
    pub former: Vec<FormerRow>,
    /// What was typed into the form of a new holder.
    pub name: String,
    pub recipient: String,
    /// Canteen is to make the key.
    pub make: bool,
    pub problems: Problems,
}

/// Somebody who holds a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRow {
    pub id: i32,
    pub name: String,
    pub recipient: String,
    pub fingerprint: String,
    /// The armoured text whose word shows that they have the key.
    pub challenge: String,
    pub added: When,
    pub by: String,
    pub proven: Option<When>,
    /// How many kept secrets they can read.
    pub opens: usize,
}

/// Somebody who held one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerRow {
    pub name: String,
    pub fingerprint: String,
    pub removed: When,
    pub by: String,
    /// How many kept secrets they can read still, if somebody gives them the file.
    pub opens: usize,
}

/// What is typed into the form of a new holder.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) recipient: String,
    pub(super) make: bool,
}

impl RecoveryView {
    /// What is missing until secrets can be recovered, whatever happens to one holder.
    pub fn missing(&self) -> Option<String> {
        let unproven: Vec<&str> = self.holders.iter().filter(|h| h.proven.is_none()).map(|h| h.name.as_str()).collect();
        if self.holders.is_empty() {
            return Some("Nobody holds a recovery key, so no secret is kept: if this server is lost, its secrets are".to_owned());
        }
        if self.holders.len() < ENOUGH {
            return Some("One person holds a key. If it is lost, so is all that was kept: have a second one".to_owned());
        }
        (!unproven.is_empty()).then(|| format!("Not shown to work yet: the key of {}", unproven.join(", ")))
    }
}

/// The page.
pub async fn show(_may: Grant<ViewRecovery>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let done = match query.get("done") {
        "added" => Some("The holder is added. Secrets that are made from now on are kept for them too."),
        "removed" => Some("The holder is removed. What was kept before can still be read with their key."),
        "proven" => Some("That was the word: the key works."),
        _ => None,
    };
    let mut view = view(&site, &visit, Typed::default(), Problems::none()).await?;
    view.shell = with_flash(view.shell, done.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() }));
    page(&view)
}

pub(super) async fn view(site: &Site, visit: &Visit, typed: Typed, problems: Problems) -> Result<RecoveryView, Failure> {
    let opened = site.store.opened_by().await?;
    let opens = |holder: &Holder| opened.get(&holder.fingerprint).copied().unwrap_or_default();
    let holder = |holder: Holder| HolderRow {
        id: holder.id,
        opens: opens(&holder),
        added: moment(site, holder.added_at),
        proven: holder.proven_at.map(|at| moment(site, at)),
        name: holder.name,
        recipient: holder.recipient,
        fingerprint: holder.fingerprint,
        challenge: holder.challenge,
        by: holder.added_by,
    };
    let former = |holder: Holder| FormerRow {
        opens: opens(&holder),
        removed: moment(site, holder.removed_at.unwrap_or(holder.added_at)),
        name: holder.name,
        fingerprint: holder.fingerprint,
        by: holder.removed_by,
    };
    Ok(RecoveryView {
        shell: shell(site, visit, "Recovery keys", Nav::Nowhere).await,
        holders: site.store.holders().await?.into_iter().map(holder).collect(),
        former: site.store.former_holders().await?.into_iter().map(former).collect(),
        name: typed.name,
        recipient: typed.recipient,
        make: typed.make,
        problems,
    })
}
