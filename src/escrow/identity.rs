use age::secrecy::{ExposeSecret as _, SecretString};

use super::Recipient;

/// A key that was just made, for a holder who has none. It is shown once and never stored; nothing can print it by mistake.
pub struct NewIdentity {
    secret: SecretString,
    recipient: Recipient,
}

impl NewIdentity {
    /// Makes a key from the operating system's randomness.
    pub fn make() -> Self {
        let made = age::x25519::Identity::generate();
        Self { secret: made.to_string(), recipient: Recipient(made.to_public()) }
    }

    /// The public half.
    pub const fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// The secret half, `AGE-SECRET-KEY-1…`, as a line of a file that `age -d -i` takes.
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}
