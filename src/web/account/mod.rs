//! What is one's own: profile, password, sessions.

pub mod identities;
mod mail;
mod password;
mod sessions;
mod show;

pub use mail::mail;
pub use password::{PasswordView, change, password};
pub use sessions::{revoke, revoke_others};
pub use show::{AccountView, edit, show};

use super::failure::Failure;
use super::visit::Visit;

/// The member and the session of this request. A guard let it through, so there are some.
fn own(visit: &Visit) -> Result<(i32, &str, i32), Failure> {
    match (visit.actor.member(), &visit.session) {
        (Some(id), Some(session)) => Ok((id, visit.actor.name(), session.id)),
        _ => Err(Failure::SignInFirst),
    }
}
