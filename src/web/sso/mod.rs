//! Signing in with the co-op's identity provider.
//!
//! `begin.rs` sends a browser there, `arrive.rs` takes what it brings back, `under_way.rs` remembers what was begun, `failed.rs` tells of
//! what went wrong. The protocol itself is below, in `src/sso/`.

mod arrive;
mod begin;
mod failed;
mod under_way;

pub use arrive::arrive;
pub use begin::{begin, begin_again, begin_link};
pub use under_way::{Purpose, UnderWay};

use crate::keys::Owner;
use crate::secret::SecretValue;
use crate::sso::Provider;
use crate::store::identities;
use crate::web::Site;

/// What the client secret is sealed for; it is no member's.
const SECRET: Owner = Owner { row: 0, purpose: "identity provider" };
/// Where the provider sends browsers back to.
pub const RETURN_PATH: &str = "/session/sso/return";

/// The address that has to be written down at the provider.
pub fn redirect(site: &Site) -> String {
    format!("{}{RETURN_PATH}", site.settings.public.origin)
}

/// The client secret as it is stored.
pub fn seal(site: &Site, secret: &str) -> Vec<u8> {
    site.key.seal(secret.as_bytes(), SECRET)
}

/// The provider with its secret. `None` where the key that sealed it is gone.
pub fn unsealed(site: &Site, kept: &identities::Provider) -> Option<Provider> {
    let opened = site.key.unseal(&kept.sealed, SECRET)?;
    Some(Provider {
        issuer: kept.issuer.clone(),
        client_id: kept.client_id.clone(),
        secret: SecretValue::from(opened.to_vec()),
        scopes: kept.scopes.clone(),
        group_claim: kept.group_claim.clone(),
        strong_acr: kept.strong_acr.clone(),
    })
}
