//! The files beside compose files that lie on this machine.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use canteen::compose::{Files, FilesError};

/// Bytes of one file; Swarm takes far smaller secrets and configs.
const LIMIT_BYTES: u64 = 4 << 20;

/// The folder of the first compose file. An absolute path names any file of the machine: whoever runs the command may read it.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        let refused = |what: String| FilesError { path: path.to_owned(), what };
        let bytes = read_at_most(&self.path.join(path), LIMIT_BYTES).map_err(|error| refused(spoken(&error)))?;
        bytes.ok_or_else(|| refused("is larger than 4 MiB".to_owned()))
    }
}

/// The content of a file, `None` when it has more than `limit` bytes. A device without an end is no way around the limit.
pub(super) fn read_at_most(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((u64::try_from(read).unwrap_or(u64::MAX) <= limit).then_some(bytes))
}

/// The error in the words that every system tool uses, without its number.
pub(super) fn spoken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "not a directory".to_owned(),
        _ => error.to_string(),
    }
}
