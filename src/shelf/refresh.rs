//! Bringing a mirror up to date with its origin: objects first, then the refs that name them.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};
use gix::refs::{FullName, Target};

use crate::recipe::RecipeName;

use super::error::ShelfError;
use super::mirrors::{Shelf, damaged};
use super::origin::{Origin, Place};
use super::{fetch_http, fetch_local};

/// What a refresh changed. Tag names are without `refs/tags/`, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refreshed {
    /// Tags that the mirror did not have.
    pub new_tags: Vec<String>,
    /// Tags that now name another object. What they named before stays readable.
    pub moved_tags: Vec<String>,
    /// Tags that the origin no longer has. What they named stays readable.
    pub vanished_tags: Vec<String>,
    /// The commit of the origin's default branch, in hex.
    pub head: String,
}

/// The refs of an origin whose objects are all in the mirror.
pub(super) struct Fetched {
    /// Branches and tags by full name, each with the object that it names directly.
    pub(super) refs: BTreeMap<FullName, ObjectId>,
    /// What the origin's `HEAD` names, when it names something.
    pub(super) head: Option<ObjectId>,
}

/// Where the mirror remembers the origin's `HEAD`.
pub(super) const HEAD_REF: &str = "refs/canteen/head";
const KEPT: &str = "refs/canteen/kept/";
const TAGS: &str = "refs/tags/";
const HEADS: &str = "refs/heads/";

impl Shelf {
    /// Fetches all branches and tags of `origin` into the recipe's mirror, which is made when it is missing. Refs follow
    /// the origin even backwards; commits that lose their tag are kept under `refs/canteen/kept/`.
    pub fn refresh(&self, recipe: &RecipeName, origin: &Origin) -> Result<Refreshed, ShelfError> {
        self.fill_mirror(recipe, |mirror| {
            let fetched = match origin.place() {
                Place::Remote(url) => fetch_http::fetch(mirror, url, origin)?,
                Place::Local(path) => fetch_local::fetch(mirror, path, origin)?,
            };
            check_whole(mirror, &fetched, origin)?;
            let head = head_commit(mirror, &fetched, origin)?;
            let before = branches_and_tags(mirror).map_err(|error| damaged(recipe, &error))?;
            let changes = Changes::between(&before, &fetched.refs);
            changes.write(mirror, head).map_err(|error| damaged(recipe, &error))?;
            Ok(changes.report(head))
        })
    }
}

/// No ref may be set to an object that did not come, as when the origin changes while it is read.
fn check_whole(mirror: &gix::Repository, fetched: &Fetched, origin: &Origin) -> Result<(), ShelfError> {
    if fetched.refs.values().chain(&fetched.head).all(|id| mirror.has_object(id)) {
        return Ok(());
    }
    Err(ShelfError::Unreachable { origin: origin.clone(), why: "it changed while it was being read".to_owned() })
}

/// The commit at the origin's `HEAD`; when that names nothing, of its most usual branch.
fn head_commit(mirror: &gix::Repository, fetched: &Fetched, origin: &Origin) -> Result<ObjectId, ShelfError> {
    let branch = |name: &str| fetched.refs.iter().find(|(full, _)| full.as_bstr() == name).map(|(_, id)| *id);
    let any = || fetched.refs.iter().find(|(full, _)| full.as_bstr().starts_with(HEADS.as_bytes())).map(|(_, id)| *id);
    let named = fetched.head.or_else(|| branch("refs/heads/main")).or_else(|| branch("refs/heads/master")).or_else(any);
    let Some(id) = named else {
        return Err(ShelfError::NoCommits { origin: origin.clone() });
    };
    let commit = mirror.find_object(id).ok().and_then(|object| object.peel_to_kind(gix::objs::Kind::Commit).ok());
    commit.map(|commit| commit.id).ok_or_else(|| ShelfError::NotARepository {
        origin: origin.clone(),
        why: "its default branch does not lead to a commit".to_owned(),
    })
}

/// The mirror's branches and tags by full name.
pub(super) fn branches_and_tags(repository: &gix::Repository) -> Result<BTreeMap<FullName, ObjectId>, gix::Error> {
    let mut found = BTreeMap::new();
    let references = repository.references()?;
    for reference in references.local_branches()?.chain(references.tags()?) {
        let reference = reference?.detach();
        if let Target::Object(id) = reference.target {
            found.insert(reference.name, id);
        }
    }
    Ok(found)
}

#[derive(Default)]
struct Changes {
    set: BTreeMap<FullName, ObjectId>,
    gone: Vec<FullName>,
    kept: BTreeSet<ObjectId>,
    new_tags: Vec<String>,
    moved_tags: Vec<String>,
    vanished_tags: Vec<String>,
}

impl Changes {
    fn between(before: &BTreeMap<FullName, ObjectId>, now: &BTreeMap<FullName, ObjectId>) -> Self {
        let mut changes = Self::default();
        for (name, id) in now {
            let old = before.get(name);
            if old == Some(id) {
                continue;
            }
            changes.set.insert(name.clone(), *id);
            changes.kept.extend(old);
            if let Some(tag) = tag_name(name) {
                if old.is_some() { changes.moved_tags.push(tag) } else { changes.new_tags.push(tag) }
            }
        }
        for (name, id) in before.iter().filter(|(name, _)| !now.contains_key(*name)) {
            changes.gone.push(name.clone());
            changes.kept.insert(*id);
            changes.vanished_tags.extend(tag_name(name));
        }
        changes
    }

    /// Keeps first, so that no moment leaves an object without a name; deletes before it sets, because a ref `a` must be
    /// gone before `a/b` can exist.
    fn write(&self, mirror: &gix::Repository, head: ObjectId) -> Result<(), gix::Error> {
        let kept = self.kept.iter().map(|id| Ok(set(named(&format!("{KEPT}{id}"))?, *id)));
        mirror.edit_references(kept.collect::<Result<Vec<_>, gix::Error>>()?)?;
        mirror.edit_references(self.gone.iter().cloned().map(delete))?;
        let head = set(named(HEAD_REF)?, head);
        mirror.edit_references(self.set.iter().map(|(name, id)| set(name.clone(), *id)).chain([head]))?;
        Ok(())
    }

    fn report(self, head: ObjectId) -> Refreshed {
        let Self { new_tags, moved_tags, vanished_tags, .. } = self;
        Refreshed { new_tags, moved_tags, vanished_tags, head: head.to_string() }
    }
}

fn tag_name(name: &FullName) -> Option<String> {
    let tag = name.as_bstr().strip_prefix(TAGS.as_bytes())?;
    Some(String::from_utf8_lossy(tag).into_owned())
}

/// A checked full ref name.
pub(super) fn named(name: &str) -> Result<FullName, gix::Error> {
    FullName::try_from(name).map_err(gix::Error::from_error)
}

/// Points `name` at `id`, whatever it named before.
pub(super) fn set(name: FullName, id: ObjectId) -> RefEdit {
    let change = Change::Update { log: LogChange::default(), expected: PreviousValue::Any, new: Target::Object(id) };
    RefEdit { change, name, deref: false }
}

fn delete(name: FullName) -> RefEdit {
    RefEdit { change: Change::Delete { expected: PreviousValue::Any, log: RefLog::AndReference }, name, deref: false }
}
