//! The key that signs checkpoints of the audit log. It lies in the data folder, and only the dashboard reads it: whoever rewrites the
//! log without it can't sign a checkpoint that fits.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::key_file::{self, FOLDER, KeyError};

const FILE: &str = "audit";

/// Holds the key.
pub struct Signer(SigningKey);

impl Signer {
    /// The key below this data folder; `None` if there is none yet.
    ///
    /// # Errors
    /// The file can't be read, holds no key, or others than its owner may read it.
    pub fn open(data: &Path) -> Result<Option<Self>, KeyError> {
        Ok(key_file::read(&data.join(FOLDER), FILE)?.map(|key| Self(SigningKey::from_bytes(&key))))
    }

    /// The same, and makes a key where there is none.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), and that the file can't be written.
    pub fn open_or_make(data: &Path) -> Result<Self, KeyError> {
        match Self::open(data)? {
            Some(found) => Ok(found),
            None => Ok(Self(SigningKey::from_bytes(&*key_file::make(&data.join(FOLDER), FILE)?))),
        }
    }

    /// The public half, for whoever checks signatures.
    pub fn public(&self) -> String {
        BASE64.encode(self.0.verifying_key().to_bytes())
    }

    /// Signs a text.
    pub fn sign(&self, text: &str) -> String {
        BASE64.encode(self.0.sign(text.as_bytes()).to_bytes())
    }
}

/// Whether this key signed this text.
pub fn is_signed(public: &str, text: &str, signature: &str) -> bool {
    let bytes = |text: &str| BASE64.decode(text).ok();
    let key = bytes(public).and_then(|b| b.try_into().ok()).and_then(|b| VerifyingKey::from_bytes(&b).ok());
    let signature = bytes(signature).and_then(|b| b.try_into().ok()).map(|b| Signature::from_bytes(&b));
    key.zip(signature).is_some_and(|(key, signature)| key.verify_strict(text.as_bytes(), &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_what_it_signed_is_known() {
        let data = tempfile::tempdir().unwrap();
        assert!(Signer::open(data.path()).unwrap().is_none());
        let made = Signer::open_or_make(data.path()).unwrap();
        let again = Signer::open_or_make(data.path()).unwrap();
        assert_eq!(made.public(), again.public());
        let signature = made.sign("7 abc");
        assert!(is_signed(&again.public(), "7 abc", &signature));
        assert!(!is_signed(&again.public(), "8 abc", &signature));
        let other = tempfile::tempdir().unwrap();
        assert!(!is_signed(&Signer::open_or_make(other.path()).unwrap().public(), "7 abc", &signature));
        assert!(!is_signed("", "7 abc", &signature) && !is_signed(&again.public(), "7 abc", "no"));
    }
}
