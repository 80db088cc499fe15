//! The site key: by it the dashboard knows again what it handed out itself, such as the cookie of a device that somebody signed in with.
//!
//! It lies in a file of its own beside the database, is made when it is first needed, and leaves this file only as hashes.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::random;

/// The folder of keys, below the data folder.
pub const FOLDER: &str = "keys";
const FILE: &str = "site.key";
const KEY_BYTES: usize = 32;
/// What SHA-256 takes in at once.
const BLOCK_BYTES: usize = 64;

/// The key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteKeyError {
    #[error("the key {} can't be read or written: {why}", path.display())]
    File { path: PathBuf, why: String },
    #[error("others may read the key {0}; take that from them with: chmod 600 {0}", .path.display())]
    OpenToOthers { path: PathBuf },
    #[error("{} holds no key of {KEY_BYTES} bytes; put the file back from a backup, or remove it", path.display())]
    NoKey { path: PathBuf },
}

/// The key, read when it is first needed. Clones share it.
#[derive(Clone)]
pub struct SiteKey {
    folder: Arc<Path>,
    key: Arc<Mutex<Option<Key>>>,
}

type Key = Arc<Zeroizing<[u8; KEY_BYTES]>>;

impl SiteKey {
    /// The key of this data folder. Nothing is read or written yet.
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join(FOLDER).into(), key: Arc::default() }
    }

    /// HMAC-SHA-256 over the parts. Hashes for different purposes have nothing to do with each other.
    ///
    /// # Errors
    /// The key can be neither read nor made.
    pub fn hash(&self, purpose: &str, parts: &[&[u8]]) -> Result<[u8; 32], SiteKeyError> {
        let key = self.key()?;
        let mut text = Vec::new();
        for part in [purpose.as_bytes()].iter().chain(parts) {
            // Where a part ends is part of the text.
            text.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            text.extend_from_slice(part);
        }
        Ok(hmac(key.as_slice(), &text))
    }

    fn key(&self) -> Result<Key, SiteKeyError> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*key {
            return Ok(key.clone());
        }
        let found = Arc::new(match read(&self.folder)? {
            Some(found) => found,
            None => make(&self.folder)?,
        });
        *key = Some(found.clone());
        Ok(found)
    }
}

fn read(folder: &Path) -> Result<Option<Zeroizing<[u8; KEY_BYTES]>>, SiteKeyError> {
    let path = folder.join(FILE);
    let failed = |e: std::io::Error| SiteKeyError::File { path: path.clone(), why: e.to_string() };
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(SiteKeyError::OpenToOthers { path });
    }
    let (mut key, mut more) = (Zeroizing::new([0; KEY_BYTES]), [0]);
    let whole = file.read_exact(key.as_mut()).is_ok() && file.read(&mut more).map_err(failed)? == 0;
    if whole { Ok(Some(key)) } else { Err(SiteKeyError::NoKey { path }) }
}

fn make(folder: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>, SiteKeyError> {
    let key = Zeroizing::new(random::bytes::<KEY_BYTES>());
    write_private(folder, FILE, key.as_slice())?;
    Ok(key)
}

/// Writes a file into the folder of keys that its owner alone may read: whole, or not at all.
///
/// # Errors
/// The folder or the file can't be written.
pub fn write_private(folder: &Path, name: &str, content: &[u8]) -> Result<(), SiteKeyError> {
    let (path, fresh) = (folder.join(name), folder.join(format!("{name}.new")));
    let failed = |e: std::io::Error| SiteKeyError::File { path: path.clone(), why: e.to_string() };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&fresh, &path).map_err(failed)?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(failed)
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
    fn the_key_is_made_once_and_for_its_owner_alone() {
        let data = tempfile::tempdir().unwrap();
        let hash = |key: &SiteKey| key.hash("device", &[b"1", b"ab"]);
        let first = hash(&SiteKey::of(data.path())).unwrap();
        let again = SiteKey::of(data.path());
        assert_eq!(first, hash(&again).unwrap());
        assert_ne!(first, again.hash("other", &[b"1", b"ab"]).unwrap());
        assert_ne!(first, again.hash("device", &[b"1a", b"b"]).unwrap());
        let path = data.path().join(FOLDER).join(FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(hash(&SiteKey::of(data.path())), Err(SiteKeyError::OpenToOthers { .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, b"short").unwrap();
        assert!(matches!(hash(&SiteKey::of(data.path())), Err(SiteKeyError::NoKey { .. })));
    }
}
