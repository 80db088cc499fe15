//! Single sign-on: the co-op's identity provider, spoken to by OpenID Connect (Core 1.0, code flow with PKCE).
//!
//! `egress.rs` is the one way out, to public addresses alone; `known.rs` keeps what the provider says of itself;
//! `ask.rs` makes the address that a browser is sent to; `answer.rs` judges what comes back, and `person.rs` is what is then believed.
//! Who that is here, and what they may, is decided by others.

mod answer;
mod ask;
mod egress;
mod known;
mod person;

pub use answer::Returned;
pub use ask::Asked;
pub use known::{Sso, Survey};
pub use person::Person;

use crate::secret::SecretValue;

/// The identity provider, as an admin wrote it down. Has no `Debug`: it holds the client secret.
pub struct Provider {
    /// Its issuer identifier, letter for letter.
    pub issuer: String,
    pub client_id: String,
    pub secret: SecretValue,
    /// Scopes beside `openid` and `profile`, separated by blanks.
    pub scopes: String,
    /// The claim that holds the groups of somebody; empty for none.
    pub group_claim: String,
    /// Values of `acr` that stand for a second factor, separated by blanks.
    pub strong_acr: String,
}

/// The provider can't be used, or its answer is not believed. The texts are for admins: others get a reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SsoError {
    /// It may not be asked at all.
    #[error("{0}")]
    Address(String),
    /// There is no answer, or one that can't be read.
    #[error("{0}")]
    Reach(String),
    /// It says of itself what can't be right.
    #[error("{0}")]
    Discovery(String),
    /// It answered with an error of its own.
    #[error("the provider answered {0}")]
    Refused(String),
    /// Its answer proves nothing.
    #[error("{0}")]
    Answer(String),
}
