//! The data key: encrypts the small secrets that have to stand in the database and be read again, such as those of authenticator apps and
//! what opens repositories of backups.
//!
//! It lies in a file of its own beside the database, so that whoever gets a copy of the database alone can read none of them.

use std::path::Path;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::key_file::{self, KeyBytes, KeyError};
use crate::random;

const FILE: &str = "data.key";
const NONCE_BYTES: usize = 24;
/// The first byte of everything sealed, so that another cipher can come one day.
const LAYOUT: u8 = 1;

/// What a sealed secret belongs to. It can't be opened as anybody else's, nor as something else.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// The row id of the member, or of whatever else the purpose speaks of.
    pub row: i32,
    /// A stable word. No two kinds of owners share one.
    pub purpose: &'static str,
}

impl Owner {
    fn bytes(&self) -> Vec<u8> {
        [b"canteen/1/", self.purpose.as_bytes(), b"/", &self.row.to_be_bytes()].concat()
    }
}

/// The key. It can be neither shown nor written anywhere, and is wiped from memory in the end.
#[derive(Clone)]
pub struct DataKey(Arc<KeyBytes>);

impl DataKey {
    /// The key in this folder; `None` if there is no file yet.
    ///
    /// # Errors
    /// The file can't be read, holds no key, or others than its owner may read it.
    pub fn open(folder: &Path) -> Result<Option<Self>, KeyError> {
        Ok(key_file::read(folder, FILE)?.map(|key| Self(Arc::new(key))))
    }

    /// Makes a key in this folder. It is on the disk, whole, before anything can be encrypted with it.
    ///
    /// # Errors
    /// The folder or the file can't be written.
    pub fn make(folder: &Path) -> Result<Self, KeyError> {
        Ok(Self(Arc::new(key_file::make(folder, FILE)?)))
    }

    /// Tells keys apart, and tells nothing of the key. Stored beside what is sealed.
    pub fn id(&self) -> String {
        let digest = self.digest(b"", Owner { row: 0, purpose: "key id" });
        digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// Encrypts a secret for its owner.
    pub fn seal(&self, secret: &[u8], owner: Owner) -> Vec<u8> {
        let nonce = random::bytes::<NONCE_BYTES>();
        let payload = Payload { msg: secret, aad: &owner.bytes() };
        // Only a message of many gigabytes can't be encrypted.
        let sealed = self.cipher().encrypt(&nonce.into(), payload).unwrap_or_default();
        [&[LAYOUT][..], &nonce, &sealed].concat()
    }

    /// Decrypts what [`seal`](Self::seal) gave. `None` if it was changed, is somebody else's, or was sealed with another key.
    pub fn unseal(&self, sealed: &[u8], owner: Owner) -> Option<Zeroizing<Vec<u8>>> {
        let (layout, rest) = sealed.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: &owner.bytes() };
        let opened = self.cipher().decrypt(&(*nonce).into(), payload).ok()?;
        (*layout == LAYOUT).then(|| Zeroizing::new(opened))
    }

    /// A keyed hash, for random codes that have to be recognised and never read. SHA-256 over key and an inner SHA-256, as two passes
    /// leave nothing to extend.
    pub fn digest(&self, text: &[u8], owner: Owner) -> Vec<u8> {
        let about = owner.bytes();
        let length = u64::try_from(about.len()).unwrap_or(u64::MAX).to_be_bytes();
        let inner = Sha256::new().chain_update(self.0.as_slice()).chain_update(length).chain_update(about).chain_update(text);
        Sha256::new().chain_update(self.0.as_slice()).chain_update(inner.finalize()).finalize().to_vec()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&**self.0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: Owner = Owner { row: 1, purpose: "totp" };

    #[test]
    fn the_key_is_the_same_when_it_is_opened_again() {
        let data = tempfile::tempdir().unwrap();
        assert!(DataKey::open(data.path()).unwrap().is_none());
        let made = DataKey::make(data.path()).unwrap();
        let opened = DataKey::open(data.path()).unwrap().unwrap();
        assert_eq!(made.id(), opened.id());
        assert_eq!(opened.unseal(&made.seal(b"x", ANA), ANA).unwrap().as_slice(), b"x");
    }

    #[test]
    fn what_is_sealed_opens_for_its_owner_and_purpose_alone() {
        let data = tempfile::tempdir().unwrap();
        let (key, other) = (DataKey::make(data.path()).unwrap(), DataKey::make(&data.path().join("other")).unwrap());
        let sealed = key.seal(b"seven quiet otters", ANA);
        assert!(!sealed.windows(5).any(|w| w == b"quiet") && sealed != key.seal(b"seven quiet otters", ANA));
        assert_eq!(key.unseal(&sealed, ANA).unwrap().as_slice(), b"seven quiet otters");
        assert!(key.unseal(&sealed, Owner { row: 2, ..ANA }).is_none());
        assert!(key.unseal(&sealed, Owner { purpose: "other", ..ANA }).is_none());
        assert!(other.unseal(&sealed, ANA).is_none());
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(key.unseal(&bent, ANA).is_none(), "byte {at} was changed");
        }
        assert!(key.unseal(&sealed[..20], ANA).is_none() && key.unseal(&[], ANA).is_none());
        assert_eq!(key.digest(b"a", ANA), key.digest(b"a", ANA));
        assert_ne!(key.digest(b"a", ANA), key.digest(b"a", Owner { row: 2, ..ANA }));
        assert_ne!(key.digest(b"a", ANA), other.digest(b"a", ANA));
    }
}
