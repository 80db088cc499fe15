use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{ListPeople, SuspendMember};
use crate::access::{Grant, Target};
use crate::store::members::Member;
use crate::web::Site;
use crate::web::came::Ways;
use crate::web::failure::Failure;
use crate::web::form::{Id, Query};
use crate::web::page::{moment, page, shell, with_flash};
use crate::web::shell::{Flash, FlashKind, Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// One member.
#[derive(Debug, Clone, Template)]
#[template(path = "people/show.html")]
pub struct PersonView {
    pub shell: Shell,
    pub id: i32,
    pub name: String,
    pub shown_name: String,
    pub role: String,
    pub since: When,
    pub seen: Option<When>,
    /// Since when, and who did it.
    pub suspended: Option<(When, String)>,
    /// Browsers in which they are signed in, the last used one first: how each came in, and when.
    pub sessions: Vec<(String, When)>,
    /// The page is about who looks at it.
    pub oneself: bool,
    pub may_edit: bool,
}

/// The page.
pub async fn show(_may: Grant<ListPeople>, id: Id, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let member = find(&site, &id).await?;
    let account = site.store.account(member.id).await?;
    let done = match query.get("done") {
        "suspended" => Some("They are signed out and can’t sign in any more."),
        "readmitted" => Some("They can sign in again."),
        "signed-out" => Some("All of their sessions have ended."),
        _ => None,
    };
    let flash = done.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() });
    let (ways, sessions) = (Ways::of(&site).await?, site.store.sessions_of(member.id).await?);
    page(&PersonView {
        shell: with_flash(shell(&site, &visit, member.name.clone(), Nav::People).await, flash),
        id: member.id,
        shown_name: account.shown_name,
        role: super::title(&site, &member, account.suspended_at.is_some()).await?,
        since: moment(&site, member.created_at),
        seen: account.seen_at.map(|at| moment(&site, at)),
        suspended: account.suspended_at.map(|at| (moment(&site, at), account.suspended_by)),
        sessions: sessions.iter().map(|s| (ways.text(&s.came), moment(&site, s.created_at))).collect(),
        oneself: visit.actor.member() == Some(member.id),
        may_edit: Grant::<SuspendMember>::judge(visit.actor.clone(), Target::Site).is_ok(),
        name: member.name,
    })
}

/// The member of the path.
pub(super) async fn find(site: &Site, Id(id): &Id) -> Result<Member, Failure> {
    let id = i32::try_from(*id).map_err(|_large| Failure::NotFound)?;
    site.store.member_of(id).await?.ok_or(Failure::NotFound)
}

#[cfg(any(test, feature = "testing"))]
impl PersonView {
    pub fn samples() -> Vec<Self> {
        let active = Self {
            shell: Shell::sample("Bo", Nav::People),
            id: 2,
            name: "Bo".to_owned(),
            shown_name: String::new(),
            role: "Operator".to_owned(),
            since: When::sample(60 * 24 * 90),
            seen: Some(When::sample(12)),
            suspended: None,
            sessions: vec![("Password and passkey".to_owned(), When::sample(300)), ("The <wiki>".to_owned(), When::sample(20))],
            oneself: false,
            may_edit: true,
        };
        let suspended =
            Self { suspended: Some((When::sample(60), "Ana".to_owned())), sessions: vec![], seen: None, ..active.clone() };
        let oneself = Self { name: "Ana".to_owned(), oneself: true, role: "Admin".to_owned(), ..active.clone() };
        let looked_at = Self { may_edit: false, shown_name: "Bo <the gardener>".to_owned(), ..active.clone() };
        vec![active, suspended, oneself, looked_at]
    }
}
