//! A key in a file of its own, in the folder of keys beside the database: whoever gets a copy of the database alone has none of them.
//! The keys themselves are `src/keys.rs`, `src/site_key.rs` and `src/signer.rs`.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::random;

/// The folder of keys, below the data folder.
pub const FOLDER: &str = "keys";
/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// A key as it stands in its file; wiped from memory in the end.
pub type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// The key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key {} can't be read or written: {why}", path.display())]
    File { path: PathBuf, why: String },
    #[error("others may read the key {0}; take that from them with: chmod 600 {0}", .path.display())]
    OpenToOthers { path: PathBuf },
    #[error("{} holds no key of {KEY_BYTES} bytes; put the file back from a backup", path.display())]
    NoKey { path: PathBuf },
}

/// The key of this name; `None` if there is no file yet.
///
/// # Errors
/// The file can't be read, holds no key, or others than its owner may read it.
pub fn read(folder: &Path, name: &str) -> Result<Option<KeyBytes>, KeyError> {
    let path = folder.join(name);
    let failed = |e: std::io::Error| KeyError::File { path: path.clone(), why: e.to_string() };
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::OpenToOthers { path });
    }
    let (mut key, mut more) = (Zeroizing::new([0; KEY_BYTES]), [0]);
    let whole = file.read_exact(key.as_mut()).is_ok() && file.read(&mut more).map_err(failed)? == 0;
    // A file that was made and never filled is no key: everybody knows it.
    let random = key.iter().any(|byte| *byte != 0);
    if whole && random { Ok(Some(key)) } else { Err(KeyError::NoKey { path }) }
}

/// Makes a key. It is on the disk, whole, before anything can be done with it.
///
/// # Errors
/// The folder or the file can't be written.
pub fn make(folder: &Path, name: &str) -> Result<KeyBytes, KeyError> {
    let key = Zeroizing::new(random::bytes::<KEY_BYTES>());
    write_private(folder, name, key.as_slice())?;
    Ok(key)
}

/// Writes a file into the folder of keys that its owner alone may read: whole, or not at all.
///
/// # Errors
/// The folder or the file can't be written.
pub fn write_private(folder: &Path, name: &str, content: &[u8]) -> Result<(), KeyError> {
    let (path, fresh) = (folder.join(name), folder.join(format!("{name}.new")));
    let failed = |e: std::io::Error| KeyError::File { path: path.clone(), why: e.to_string() };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh).map_err(failed)?;
    // What a kill left behind may have had other rights.
    file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&fresh, &path).map_err(failed)?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join(FOLDER);
        assert!(read(&folder, "a").unwrap().is_none());
        let made = make(&folder, "a").unwrap();
        let bits = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((bits(&folder), bits(&folder.join("a"))), (0o700, 0o600));
        assert_eq!(read(&folder, "a").unwrap().unwrap(), made);
        std::fs::set_permissions(folder.join("a"), Permissions::from_mode(0o640)).unwrap();
        let refused = read(&folder, "a").unwrap_err();
        assert!(matches!(refused, KeyError::OpenToOthers { .. }) && refused.to_string().contains("chmod 600"), "{refused}");
        std::fs::set_permissions(folder.join("a"), Permissions::from_mode(0o600)).unwrap();
        for wrong in [31, 33] {
            std::fs::write(folder.join("a"), vec![7; wrong]).unwrap();
            assert!(matches!(read(&folder, "a"), Err(KeyError::NoKey { .. })), "{wrong}");
        }
    }
}
