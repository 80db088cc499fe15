//! The site key: by it the dashboard knows again what it handed out itself, such as the cookie of a device that somebody signed in with.
//!
//! It lies in a file of its own beside the database, is made when it is first needed, and leaves this file only as hashes.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::key_file::{self, FOLDER, KeyBytes, KeyError};

const FILE: &str = "site.key";
/// What SHA-256 takes in at once.
const BLOCK_BYTES: usize = 64;

/// The key, read when it is first needed. Clones share it.
#[derive(Clone)]
pub struct SiteKey {
    folder: Arc<Path>,
    key: Arc<Mutex<Option<Key>>>,
}

type Key = Arc<KeyBytes>;

impl SiteKey {
    /// The key of this data folder. Nothing is read or written yet.
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join(FOLDER).into(), key: Arc::default() }
    }

    /// HMAC-SHA-256 over the parts. Hashes for different purposes have nothing to do with each other.
    ///
    /// # Errors
    /// The key can be neither read nor made.
    pub fn hash(&self, purpose: &str, parts: &[&[u8]]) -> Result<[u8; 32], KeyError> {
        let key = self.key()?;
        let mut text = Vec::new();
        for part in [purpose.as_bytes()].iter().chain(parts) {
            // Where a part ends is part of the text.
            text.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            text.extend_from_slice(part);
        }
        Ok(hmac(key.as_slice(), &text))
    }

    fn key(&self) -> Result<Key, KeyError> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*key {
            return Ok(key.clone());
        }
        let found = Arc::new(match key_file::read(&self.folder, FILE)? {
            Some(found) => found,
            None => key_file::make(&self.folder, FILE)?,
        });
        *key = Some(found.clone());
        Ok(found)
    }
}

/// RFC 2104, with a key that is shorter than a block.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut padded = Zeroizing::new([0_u8; BLOCK_BYTES]);
    padded.iter_mut().zip(key).for_each(|(pad, byte)| *pad = *byte);
    let with = |mask: u8| Zeroizing::new(padded.iter().map(|byte| byte ^ mask).collect::<Vec<u8>>());
    let inner = Sha256::new().chain_update(with(0x36).as_slice()).chain_update(text).finalize();
    Sha256::new().chain_update(with(0x5c).as_slice()).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1 and 2.
    #[test]
    fn the_hash_is_hmac_sha_256() {
        let hex = |bytes: [u8; 32]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let one = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex(hmac(&[0x0b; 20], b"Hi There")), one);
        let two = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(hmac(b"Jefe", b"what do ya want for nothing?")), two);
    }

    #[test]
    fn the_key_is_made_once_and_hashes_for_one_purpose() {
        let data = tempfile::tempdir().unwrap();
        let hash = |key: &SiteKey| key.hash("device", &[b"1", b"ab"]);
        let first = hash(&SiteKey::of(data.path())).unwrap();
        let again = SiteKey::of(data.path());
        assert_eq!(first, hash(&again).unwrap());
        assert_ne!(first, again.hash("other", &[b"1", b"ab"]).unwrap());
        assert_ne!(first, again.hash("device", &[b"1a", b"b"]).unwrap());
    }
}
