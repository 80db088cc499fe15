//! Fetching over smart HTTP: `gix` speaks the protocol, [`super::http`] carries it within limits.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::AtomicBool;

use gix::bstr::{BString, ByteSlice as _};
use gix::progress::Discard;
use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::blocking_io::http::Transport;
use gix::refs::FullName;
use gix::remote::fetch::{Status, Tags};
use gix::remote::{Direction, ref_map};
use reqwest::Url;

use super::error::{ShelfError, chain};
use super::http::{Bounded, Failure, TRANSFER_LIMIT_BYTES, TransferLog};
use super::origin::Origin;
use super::refresh::Fetched;

/// What is asked for. The destinations are never written: the mirror's refs are set by the refresh, once all objects are
/// there. A pattern cannot do without one, though.
const LISTED: [&str; 3] = ["+refs/heads/*:refs/canteen/listed/heads/*", "+refs/tags/*:refs/canteen/listed/tags/*", "HEAD"];

/// Receives whatever the branches, the tags and `HEAD` at `url` reach and the mirror lacks, as one pack.
pub(super) fn fetch(mirror: &gix::Repository, url: &Url, origin: &Origin) -> Result<Fetched, ShelfError> {
    let log = TransferLog::new(TRANSFER_LIMIT_BYTES);
    let wire = Wire { mirror, url, log: &log };
    wire.fetch().map_err(|error| explain(&error, &log, origin))
}

struct Wire<'a> {
    mirror: &'a gix::Repository,
    url: &'a Url,
    log: &'a TransferLog,
}

impl Wire<'_> {
    fn fetch(&self) -> Result<Fetched, gix::Error> {
        let mut fetched = self.list()?;
        let named = fetched.refs.iter().map(|(name, id)| (name.as_bstr().to_owned(), id));
        let head = fetched.head.iter().map(|id| ("HEAD".into(), id));
        let lacking: Vec<BString> = named.chain(head).filter(|(_, id)| !self.mirror.has_object(id)).map(|(name, _)| name).collect();
        if !lacking.is_empty() {
            // What the server says now counts, should it differ from the first list.
            let received = self.receive(&lacking)?;
            fetched.refs.extend(received.refs);
            fetched.head = received.head.or(fetched.head);
        }
        Ok(fetched)
    }

    fn list(&self) -> Result<Fetched, gix::Error> {
        let remote = self.remote()?.with_refspecs(LISTED, Direction::Fetch)?;
        let (listed, _) = self.connect(&remote)?.ref_map(Discard, ref_map::Options::default())?;
        advertised(&listed.remote_refs)
    }

    /// Refs are asked for one by one here, for only such refspecs leave the mirror's refs alone.
    fn receive(&self, names: &[BString]) -> Result<Fetched, gix::Error> {
        let remote = self.remote()?.with_refspecs(names.iter().map(|name| name.as_bstr()), Direction::Fetch)?;
        let prepared = self.connect(&remote)?.prepare_fetch(Discard, ref_map::Options::default())?;
        let received = advertised(&prepared.ref_map().remote_refs)?;
        let outcome = prepared.receive(Discard, &AtomicBool::new(false))?;
        if let Status::Change { write_pack_bundle, .. } = outcome.status
            && let Some(keep) = write_pack_bundle.keep_path
        {
            // It shields the new pack from a garbage collector, which does not exist here.
            let _ = fs::remove_file(keep);
        }
        Ok(received)
    }

    fn remote(&self) -> Result<gix::Remote<'_>, gix::Error> {
        Ok(self.mirror.remote_at_without_url_rewrite(self.url.as_str())?.with_fetch_tags(Tags::None))
    }

    fn connect<'r, 'm>(
        &self,
        remote: &'r gix::Remote<'m>,
    ) -> Result<gix::remote::Connection<'r, 'static, 'm, Transport<Bounded>>, gix::Error> {
        let http = Bounded::new(self.url, self.log).map_err(|why| gix::Error::from_error(std::io::Error::other(why)))?;
        let transport = Transport::new_http(http, gix::url::parse(self.url.as_str())?, Protocol::V2, false);
        // Without these two, git's configuration would be asked for a proxy and for helper programs.
        let connection = remote.to_connection_with_transport(transport);
        Ok(connection.with_transport_options(Box::new(())).with_credentials(|_| Ok(None)))
    }
}

fn advertised(refs: &[gix::protocol::handshake::Ref]) -> Result<Fetched, gix::Error> {
    let mut fetched = Fetched { refs: BTreeMap::new(), head: None };
    for entry in refs {
        let (name, Some(id), _) = entry.unpack() else { continue };
        if name == "HEAD" {
            fetched.head = Some(id.to_owned());
        } else if name.starts_with(b"refs/heads/") || name.starts_with(b"refs/tags/") {
            // A name that is not text could not be asked for later.
            if name.is_utf8() {
                fetched.refs.insert(FullName::try_from(name).map_err(gix::Error::from_error)?, id.to_owned());
            }
        }
    }
    Ok(fetched)
}

/// What the transfer noted is closer to the cause than what the protocol made of it.
fn explain(error: &gix::Error, log: &TransferLog, origin: &Origin) -> ShelfError {
    let origin = origin.clone();
    match log.failure() {
        Some(Failure::TooLarge) => {
            ShelfError::TooLarge { what: format!("what {origin} has to send"), limit_mib: TRANSFER_LIMIT_BYTES >> 20 }
        }
        Some(Failure::Refused(why)) => ShelfError::NotARepository { origin, why },
        Some(Failure::Broken(why)) => ShelfError::Unreachable { origin, why },
        None => ShelfError::NotARepository { origin, why: chain(error) },
    }
}
