//! What a member may do, and why.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{ViewOwnRights, ViewRights};
use crate::access::{Actor, Book, Grant, Permission, Permissions, To, What};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

use super::give::{GiveForm, scopes};
use super::{GrantRow, row};

/// What a member may do.
#[derive(Debug, Clone, Template)]
#[template(path = "rights/member.html")]
pub struct RightsView {
    pub shell: Shell,
    pub name: String,
    /// The viewer looks at the viewer's own.
    pub own: bool,
    pub grants: Vec<GrantRow>,
    pub places: Vec<PlaceRights>,
    /// Present where the viewer may give roles.
    pub give: Option<GiveForm>,
    /// The viewer may look at teams and roles.
    pub may_look: bool,
}

/// What a member may do in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRights {
    /// An app, or everything.
    pub place: String,
    /// Each permission in words, with the grants that give it.
    pub rows: Vec<(&'static str, String)>,
}

/// A member's rights.
pub async fn show(may: Grant<ViewRights>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    view(may.actor(), id, &visit, &site).await
}

/// One's own.
pub async fn mine(may: Grant<ViewOwnRights>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let id = may.actor().member().ok_or(Failure::NotFound)?;
    view(may.actor(), id, &visit, &site).await
}

async fn view(actor: &Actor, id: i32, visit: &Visit, site: &Site) -> Result<HttpResponse, Failure> {
    let book = site.store.book().await?;
    let name = book.members.get(&id).cloned().ok_or(Failure::NotFound)?;
    let own = actor.member() == Some(id);
    let title = if own { "What you may do".to_owned() } else { format!("What {name} may do") };
    let takes = |g: &crate::access::Granted| g.to == To::Member(id) && super::give::may_give(actor, &book, &g.scope, g.what);
    let team = |g: &crate::access::Granted| match g.to {
        To::Team(_) => book.name_of(g.to).unwrap_or_default().to_owned(),
        To::Member(_) => String::new(),
    };
    page(&RightsView {
        shell: shell(site, visit, title, Nav::Nowhere).await,
        own,
        grants: book.of_member(id).map(|(n, g)| row(site, &book, (n, g), &team(g), takes(g))).collect(),
        places: places(&book, id, site),
        give: scopes(actor, &book).map(|form| GiveForm { to: vec![(format!("member:{id}"), name.clone())], ..form }),
        may_look: actor.everywhere().has(Permission::ViewPeople),
        name,
    })
}

/// Everything first, then each app on which there is more.
fn places(book: &Book, member: i32, site: &Site) -> Vec<PlaceRights> {
    let now = site.store.clock().now();
    let rights = book.rights(member, now);
    let of = |app: Option<&str>, set: Permissions| {
        let from = |one| {
            let why = book.why(member, one, app, now).into_iter().map(|(_, g)| {
                let team = if let To::Team(_) = g.to {
                    format!(", by the team {}", book.name_of(g.to).unwrap_or_default())
                } else {
                    String::new()
                };
                format!("{} over {}{team}", super::role_name(book, g.what), book.scope_name(&g.scope))
            });
            why.collect::<Vec<_>>().join("; ")
        };
        PlaceRights { place: app.unwrap_or("everything").to_owned(), rows: set.iter().map(|one| (one.text(), from(one))).collect() }
    };
    let all = of(None, rights.everywhere());
    let apps = rights.apps().map(|app| of(Some(app), rights.on(app).without(rights.everywhere())));
    [all].into_iter().chain(apps).filter(|p| !p.rows.is_empty()).collect()
}

/// The roles that a form offers: their words and names.
pub(super) fn roles(book: &Book) -> Vec<(String, String)> {
    let bundles = crate::access::Role::ALL.into_iter().map(What::Bundle);
    let own = book.roles.keys().copied().map(What::Own);
    bundles.chain(own).map(|what| (super::role_word(what), super::role_name(book, what))).collect()
}

#[cfg(any(test, feature = "testing"))]
impl RightsView {
    pub fn samples() -> Vec<Self> {
        let grant = |id, role: &str, team: &str| GrantRow {
            id,
            role: role.to_owned(),
            scope: "apps with the tag <wiki>".to_owned(),
            team: team.to_owned(),
            until: if id == 1 { "2027-01-31".to_owned() } else { String::new() },
            by: "Ana".to_owned(),
            over: id == 3,
            may_take: team.is_empty(),
        };
        let full = Self {
            shell: Shell::sample("What Bo may do", Nav::Nowhere),
            name: "Bo".to_owned(),
            own: false,
            grants: vec![grant(1, "operator", ""), grant(2, "viewer", "Web"), grant(3, "Backup friend", "")],
            places: vec![PlaceRights {
                place: "wiki.example.org".to_owned(),
                rows: vec![(Permission::Deploy.text(), "operator over apps with the tag <wiki>".to_owned())],
            }],
            give: Some(GiveForm::sample()),
            may_look: true,
        };
        let nothing = Self { own: true, grants: vec![], places: vec![], give: None, may_look: false, ..full.clone() };
        vec![full, nothing]
    }
}
