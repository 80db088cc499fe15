//! Who may do what, and why: a member's rights, teams, roles, and who may do what to an app. Whatever changes rights is shown first, with
//! what changes for whom.

mod access;
mod give;
mod member;
mod review;
mod roles;
mod take;
mod teams;

pub use access::{AccessView, review_tags, set_tags, show as access};
pub use give::{GiveForm, give, review as review_giving};
pub use member::{RightsView, mine, show as rights};
pub use review::ReviewView;
pub use roles::{RoleView, RolesView, index as roles, make as make_role, remove as remove_role, save as save_role, show as role};
pub use take::{review as review_taking, take};
pub use teams::{
    TeamView, TeamsView, change as change_team, index as teams, make as make_team, review as review_team, show as team,
};

use crate::access::{Book, Granted, What};
use crate::clock::Millis;
use crate::web::Site;
use crate::web::page::moment;
use crate::web::people;

/// A grant as a page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    pub id: i32,
    pub role: String,
    /// Over what, in words.
    pub scope: String,
    /// The team that it came by; empty where it is the member's own.
    pub team: String,
    /// The day after which it gives nothing; empty if there is none.
    pub until: String,
    pub by: String,
    /// It gives nothing any more.
    pub over: bool,
    /// The viewer may take it away.
    pub may_take: bool,
}

/// The row of a grant. A grant to a team is taken away from the team, on the team's page.
fn row(site: &Site, book: &Book, (id, granted): (i32, &Granted), team: &str, may_take: bool) -> GrantRow {
    let now = site.store.clock().now();
    GrantRow {
        id,
        role: role_name(book, granted.what),
        scope: book.scope_name(&granted.scope),
        team: team.to_owned(),
        until: granted.until.map(|until| last_day(site, until)).unwrap_or_default(),
        by: granted.by.clone(),
        over: granted.until.is_some_and(|until| until <= now),
        may_take,
    }
}

/// The last day of something that ends at this moment, which is the midnight behind it.
fn last_day(site: &Site, until: Millis) -> String {
    moment(site, until - 1).exact.chars().take(10).collect()
}

/// A role as pages name it.
fn role_name(book: &Book, what: What) -> String {
    match what {
        What::Bundle(role) => people::role_word(role).to_owned(),
        What::Own(_) => book.role(what).0,
    }
}

/// The word of a role in forms: `admin`, or `own-3`.
fn role_word(what: What) -> String {
    match what {
        What::Bundle(role) => role.as_str().to_owned(),
        What::Own(id) => format!("own-{id}"),
    }
}

/// The role of such a word.
fn role_of(word: &str) -> Option<What> {
    match word.strip_prefix("own-") {
        Some(id) => id.parse().ok().map(What::Own),
        None => word.parse().ok().map(What::Bundle),
    }
}
