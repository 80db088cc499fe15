//! Second factors: the pages of an account that add and remove them, the second step of a sign-in, and the password that is asked for
//! again before something sensitive.
//!
//! `gate.rs` decides, for the guard, what has to be done first; `prove.rs` checks what was typed; `kept.rs` keeps a form meanwhile.

pub mod again;
pub mod app;
pub mod ceremony;
pub mod codes;
pub mod gate;
pub mod kept;
pub mod list;
pub mod passkey_sign_in;
pub mod passkeys;
pub mod prove;
pub mod sign_in;

pub use again::{confirm, question};
pub use app::{add, scan};
pub use codes::renew;
pub use list::{list, remove, review};
pub use passkey_sign_in::{passkey_question, passkey_sign_in};
pub use passkeys::{drop_passkey, offer, take};
pub use sign_in::{ask_code, give_code};

use crate::store::sessions::Session;
use crate::web::failure::Failure;
use crate::web::visit::Visit;

/// The session of a member's own page. Other actors have no factors.
fn own(visit: &Visit) -> Result<&Session, Failure> {
    visit.session.as_ref().ok_or(Failure::SignInFirst)
}
