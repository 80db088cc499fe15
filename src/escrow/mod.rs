//! Recovery keys, and what is encrypted to them. A holder of the co-op keeps the secret half of a key (an *identity*) away from the
//! server; Canteen knows the public half (a *recipient*) only, so it writes what it can't read again. The format is that of
//! <https://age-encryption.org/v1>, which plain `age -d` opens.

mod challenge;
mod identity;
mod recipient;
mod seal;

pub use challenge::Challenge;
pub use identity::NewIdentity;
pub use recipient::{BadRecipient, Recipient};
pub use seal::{SealError, seal};
