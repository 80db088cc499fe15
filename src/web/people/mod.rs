//! The members: who there is, who may come in, and the way in for new ones.

mod acts;
mod index;
mod invite;
mod password_link;
mod show;

pub use acts::{sign_out, suspend, unsuspend};
pub use index::{PeopleView, index};
pub use invite::{InviteView, InvitedView, invitation, invite, revoke};
pub use password_link::{PasswordMadeView, password_link};
pub use show::{PersonView, show};

use crate::access::Role;
use crate::store::members::Member;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::setup::sentence;

/// What a member is, in a few words. Whoever is kept out is nothing for that time.
async fn title(site: &Site, member: &Member, suspended: bool) -> Result<String, Failure> {
    if suspended {
        return Ok("None for now".to_owned());
    }
    Ok(sentence(site.store.rights(member.id).await?.title()))
}

/// What a role is for, in one line.
pub(super) fn role_text(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Sees apps, operations and the history; changes nothing.",
        Role::Auditor => "Sees what a viewer sees, and may take the history out of the dashboard.",
        Role::Operator => "Runs apps that are there.",
        Role::Maintainer => "Makes and removes apps, and looks after recipes.",
        Role::Admin => "May do everything.",
    }
}

/// A role as pages name it.
pub(super) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Auditor => "Auditor",
        Role::Operator => "Operator",
        Role::Maintainer => "Maintainer",
        Role::Admin => "Admin",
    }
}
