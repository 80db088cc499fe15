//! Getting the catalogue's `recipes.json`, from the web or from a file of the operator.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use reqwest::Url;

use super::http::{Leads, client_for};
use super::origin::{Allow, Origin, OriginError, Place};
use crate::causes::chain;

/// The largest catalogue that is read.
pub const CATALOGUE_LIMIT_BYTES: u64 = 20 << 20;
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Why the catalogue could not be had. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueFileError {
    /// The source is not one that may be read.
    #[error("the catalogue's address `{address}` is refused: {why}")]
    Source {
        /// As given, without credentials.
        address: String,
        /// The rule it breaks.
        why: OriginError,
    },
    /// It did not come.
    #[error("the catalogue at {address} cannot be read: {why}; check the address and the network")]
    Unreadable {
        /// Where it was sought.
        address: Origin,
        /// The cause.
        why: String,
    },
    /// More than [`CATALOGUE_LIMIT_BYTES`].
    #[error("the catalogue at {address} is larger than 20 MiB; check that the address is that of a recipes.json")]
    TooLarge {
        /// Where it was sought.
        address: Origin,
    },
}

/// The text at `source`: an `https://` address, an absolute path or a `file://` address. At most
/// [`CATALOGUE_LIMIT_BYTES`], within ten seconds; it must be UTF-8, but its meaning is not looked at.
pub fn fetch(source: &str) -> Result<String, CatalogueFileError> {
    fetch_from(source, Allow::RemoteAndLocal)
}

pub(super) fn fetch_from(source: &str, allow: Allow) -> Result<String, CatalogueFileError> {
    let origin = Origin::parse(source, allow).map_err(|why| {
        // Whatever stands before an `@` may be a password.
        let address = if source.contains('@') { "…".to_owned() } else { source.escape_debug().to_string() };
        CatalogueFileError::Source { address, why }
    })?;
    let content = match origin.place() {
        Place::Remote(url) => download(url),
        Place::Local(path) => read_file(path),
    };
    let bytes = content.map_err(|why| CatalogueFileError::Unreadable { address: origin.clone(), why })?;
    if bytes.len() as u64 > CATALOGUE_LIMIT_BYTES {
        return Err(CatalogueFileError::TooLarge { address: origin });
    }
    String::from_utf8(bytes).map_err(|_| CatalogueFileError::Unreadable { address: origin, why: "it is not UTF-8 text".to_owned() })
}

fn download(url: &Url) -> Result<Vec<u8>, String> {
    let started = std::time::Instant::now();
    let response =
        client_for(url, TIME_LIMIT, Leads::Anywhere)?.get(url.clone()).send().map_err(|error| chain(&error.without_url()))?;
    if response.status().is_redirection() {
        return Err("the server redirects to another host; give that address instead".to_owned());
    }
    if !response.status().is_success() {
        return Err(format!("the server answered {}", response.status()));
    }
    take(Timed { inner: response, started })
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    take(File::open(path).map_err(|error| error.to_string())?)
}

/// One byte beyond the limit is enough to know that there is more.
fn take(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader.take(CATALOGUE_LIMIT_BYTES + 1).read_to_end(&mut bytes).map_err(|error| chain(&error))?;
    Ok(bytes)
}

/// A server that drips bytes never falls silent, so the whole is timed as well.
struct Timed<R> {
    inner: R,
    started: std::time::Instant,
}

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.started.elapsed() > TIME_LIMIT {
            return Err(std::io::Error::other("it took longer than 10 seconds"));
        }
        self.inner.read(buffer)
    }
}
