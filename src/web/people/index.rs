use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::invite::{self, OpenInvitation};
use crate::access::action::{BeginInvitation, ListPeople};
use crate::access::{Grant, Target};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, shell, with_flash};
use crate::web::shell::{Flash, FlashKind, Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// The list of members.
#[derive(Debug, Clone, Template)]
#[template(path = "people/index.html")]
pub struct PeopleView {
    pub shell: Shell,
    pub rows: Vec<PersonRow>,
    pub invitations: Vec<OpenInvitation>,
    pub may_edit: bool,
}

/// One member in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub id: i32,
    pub name: String,
    /// What they want to be called; empty for none.
    pub shown_name: String,
    pub role: String,
    /// `None`: never.
    pub seen: Option<When>,
    pub suspended: bool,
}

/// The list.
pub async fn index(_may: Grant<ListPeople>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let accounts = site.store.accounts().await?;
    let members = site.store.members().await?;
    let mut rows = vec![];
    for member in members {
        let account = accounts.get(&member.id);
        let suspended = account.is_some_and(|a| a.suspended_at.is_some());
        rows.push(PersonRow {
            id: member.id,
            shown_name: account.map(|a| a.shown_name.clone()).unwrap_or_default(),
            role: super::title(&site, &member, suspended).await?,
            seen: account.and_then(|a| a.seen_at).map(|at| moment(&site, at)),
            suspended,
            name: member.name,
        });
    }
    let flash = (query.get("done") == "revoked").then(|| Flash {
        kind: FlashKind::Done,
        text: "The invitation was taken back. Its link does not work any more.".to_owned(),
    });
    page(&PeopleView {
        shell: with_flash(shell(&site, &visit, "People", Nav::People).await, flash),
        rows,
        invitations: invite::open(&site).await?,
        may_edit: Grant::<BeginInvitation>::judge(visit.actor.clone(), Target::Site).is_ok(),
    })
}

#[cfg(any(test, feature = "testing"))]
impl PeopleView {
    pub fn samples() -> Vec<Self> {
        let row = |id, name: &str, role: &str, seen: Option<i64>, suspended| PersonRow {
            id,
            name: name.to_owned(),
            shown_name: String::new(),
            role: role.to_owned(),
            seen: seen.map(When::sample),
            suspended,
        };
        let ana = PersonRow { shown_name: "Ana <of the kitchen>".to_owned(), ..row(1, "Ana", "Admin", Some(2), false) };
        let shell = Shell::sample("People", Nav::People);
        let alone = Self { shell, rows: vec![ana.clone()], invitations: vec![], may_edit: true };
        let rows = vec![ana, row(2, "Bo", "Operator", None, false), row(3, "Zoë Ångström", "Viewer", Some(60 * 30), true)];
        let invitations = vec![OpenInvitation::sample()];
        let full = Self { rows, invitations, ..alone.clone() };
        let looked_at = Self { may_edit: false, ..full.clone() };
        vec![alone, full, looked_at]
    }
}
