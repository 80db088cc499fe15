//! The key that signs checkpoints of the audit log. It lies in the data folder, and only the dashboard reads it: whoever rewrites the
//! log without it can't sign a checkpoint that fits.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// Holds the key.
pub struct Signer(SigningKey);

/// The key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    #[error("the key {} can't be read or made: {why}", path.display())]
    File { path: PathBuf, why: std::io::Error },
    #[error("the key {} is broken: it has to have 32 bytes", path.display())]
    Broken { path: PathBuf },
}

impl Signer {
    /// Reads the key below this data folder.
    pub fn open(data: &Path) -> Result<Self, SignerError> {
        let path = key_path(data);
        let bytes = std::fs::read(&path).map_err(|why| SignerError::File { path: path.clone(), why })?;
        let key: [u8; 32] = bytes.try_into().map_err(|_other| SignerError::Broken { path })?;
        Ok(Self(SigningKey::from_bytes(&key)))
    }

    /// The same, and makes a key where there is none.
    pub fn open_or_make(data: &Path) -> Result<Self, SignerError> {
        match Self::open(data) {
            Err(SignerError::File { why, .. }) if why.kind() == ErrorKind::NotFound => {}
            found => return found,
        }
        let path = key_path(data);
        make(&path).map_err(|why| SignerError::File { path, why })?;
        Self::open(data)
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

fn key_path(data: &Path) -> PathBuf {
    data.join("keys").join("audit")
}

/// A file that is there is whole: it is written under another name first.
fn make(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&crate::random::bytes::<32>())?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_what_it_signed_is_known() {
        let data = tempfile::tempdir().unwrap();
        assert!(Signer::open(data.path()).is_err());
        let made = Signer::open_or_make(data.path()).unwrap();
        let again = Signer::open_or_make(data.path()).unwrap();
        assert_eq!(made.public(), again.public());
        let rights = std::fs::metadata(key_path(data.path())).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600);
        let signature = made.sign("7 abc");
        assert!(is_signed(&again.public(), "7 abc", &signature));
        assert!(!is_signed(&again.public(), "8 abc", &signature));
        let other = tempfile::tempdir().unwrap();
        assert!(!is_signed(&Signer::open_or_make(other.path()).unwrap().public(), "7 abc", &signature));
        assert!(!is_signed("", "7 abc", &signature) && !is_signed(&again.public(), "7 abc", "no"));
    }
}
