//! Copying from a repository on this machine, object by object. The file transport of git would run a program.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::objs::{CommitRefIter, Kind, TagRefIter, TreeRefIter, Write as _};

use super::error::{ShelfError, chain};
use super::http::TRANSFER_LIMIT_BYTES;
use super::mirrors::isolated;
use super::origin::Origin;
use super::refresh::{Fetched, branches_and_tags};

/// Copies whatever the branches, the tags and `HEAD` of the repository at `path` reach and the mirror lacks.
pub(super) fn fetch(mirror: &gix::Repository, path: &Path, origin: &Origin) -> Result<Fetched, ShelfError> {
    let not_one = |error: gix::Error| ShelfError::NotARepository { origin: origin.clone(), why: chain(&error) };
    if !path.is_dir() {
        return Err(ShelfError::Unreachable { origin: origin.clone(), why: "there is no such folder".to_owned() });
    }
    let source = gix::open_opts(path, isolated()).map_err(not_one)?;
    let refs: BTreeMap<_, _> =
        branches_and_tags(&source).map_err(not_one)?.into_iter().filter(|(name, _)| name.as_bstr().is_utf8()).collect();
    let head = source.head_id().ok().map(gix::Id::detach);
    let mut copy = Copy { source: &source, mirror, left_bytes: TRANSFER_LIMIT_BYTES, seen: HashSet::new() };
    for id in refs.values().copied().chain(head) {
        copy.with_all_below(id).map_err(|fault| match fault {
            Fault::Git(error) => not_one(error),
            Fault::TooLarge => too_large(origin),
        })?;
    }
    Ok(Fetched { refs, head })
}

fn too_large(origin: &Origin) -> ShelfError {
    ShelfError::TooLarge { what: format!("what {origin} has to send"), limit_mib: TRANSFER_LIMIT_BYTES >> 20 }
}

enum Fault {
    Git(gix::Error),
    TooLarge,
}

impl From<gix::Error> for Fault {
    fn from(error: gix::Error) -> Self {
        Self::Git(error)
    }
}

struct Copy<'a> {
    source: &'a gix::Repository,
    mirror: &'a gix::Repository,
    left_bytes: u64,
    seen: HashSet<ObjectId>,
}

enum Step {
    Enter(ObjectId),
    Write(ObjectId, Kind, Vec<u8>),
}

impl Copy<'_> {
    /// Writes an object only after all that it names. So an object in the mirror proves that everything below it is
    /// there too, even when an earlier copy was cut short.
    fn with_all_below(&mut self, top: ObjectId) -> Result<(), Fault> {
        let mut steps = vec![Step::Enter(top)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(id) => {
                    if !self.seen.insert(id) || self.mirror.has_object(id) {
                        continue;
                    }
                    let header = self.source.find_header(id)?;
                    self.left_bytes = self.left_bytes.checked_sub(header.size()).ok_or(Fault::TooLarge)?;
                    let object = self.source.find_object(id)?.detach();
                    let below = named_by(object.kind, &object.data)?;
                    steps.push(Step::Write(id, object.kind, object.data));
                    steps.extend(below.into_iter().map(Step::Enter));
                }
                Step::Write(id, kind, data) => {
                    let written = self.mirror.objects.write_buf(kind, &data)?;
                    debug_assert_eq!(written, id, "an object's id is the hash of its content");
                }
            }
        }
        Ok(())
    }
}

/// The objects that this one cannot do without. A submodule's commit is in another repository and left out.
fn named_by(kind: Kind, data: &[u8]) -> Result<Vec<ObjectId>, gix::Error> {
    let hash = gix::hash::Kind::Sha1;
    match kind {
        Kind::Blob => Ok(Vec::new()),
        Kind::Tree => TreeRefIter::from_bytes(data, hash)
            .filter(|entry| entry.as_ref().map_or(true, |entry| !entry.mode.is_commit()))
            .map(|entry| Ok(entry?.oid.to_owned()))
            .collect(),
        Kind::Commit => {
            let mut commit = CommitRefIter::from_bytes(data, hash);
            let tree = commit.tree_id()?;
            Ok(commit.parent_ids().chain([tree]).collect())
        }
        Kind::Tag => Ok(vec![TagRefIter::from_bytes(data, hash).target_id()?]),
    }
}
