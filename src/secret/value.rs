//! The value of a secret, while it is in our memory.

use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

/// The bytes of a secret. They are wiped when it goes out of scope; it can be neither displayed nor serialised nor cloned.
pub struct SecretValue(Zeroizing<Vec<u8>>);

impl SecretValue {
    /// The bytes, exactly as the service will find them in its file.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are no bytes at all; Docker refuses such a secret.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Overwrites a text that may have carried a value.
pub fn wipe(text: &mut String) {
    text.zeroize();
}

impl From<Vec<u8>> for SecretValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_secret_does_not_print_it() {
        assert_eq!(format!("{:?}", SecretValue::from(b"hunter2".to_vec())), "secret");
    }
}
