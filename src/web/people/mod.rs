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
