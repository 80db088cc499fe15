//! Bringing a mirror up to date with its origin: objects first, then the refs that name them.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};
use gix::refs::{FullName, Target};

use crate::recipe::RecipeName;

use super::error::ShelfError;
use super::mirrors::{Shelf, damaged};
use super::origin::{Origin, Place};
use super::revisions::reference_id;
use super::tag_change::{TagChange, leads_to, memory_of};
use super::{fetch_http, fetch_local};

/// What a refresh changed. Tag names are without `refs/tags/`; all lists are sorted by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refreshed {
    /// Tags that the mirror did not have.
    pub new_tags: Vec<String>,
    /// Tags that now lead elsewhere, among them those that had vanished and came back so.
    pub moved_tags: Vec<TagChange>,
    /// Tags that the origin no longer has.
    pub vanished_tags: Vec<TagChange>,
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
            let changes = Changes::between(mirror, &before, &fetched.refs).map_err(|error| damaged(recipe, &error))?;
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
    /// Memories of vanished tags that are to be made.
    remembered: Vec<(FullName, ObjectId)>,
    /// Memories that are over, for the tag is back.
    forgotten: Vec<FullName>,
    new_tags: Vec<String>,
    moved_tags: Vec<TagChange>,
    vanished_tags: Vec<TagChange>,
}

type Refs = BTreeMap<FullName, ObjectId>;

impl Changes {
    fn between(mirror: &gix::Repository, before: &Refs, now: &Refs) -> Result<Self, gix::Error> {
        let mut changes = Self::default();
        for (name, id) in now {
            let old = before.get(name);
            if old == Some(id) {
                continue;
            }
            changes.set.insert(name.clone(), *id);
            changes.kept.extend(old);
            if let Some(tag) = tag_name(name) {
                changes.tag_came(mirror, tag, old.copied(), *id)?;
            }
        }
        for (name, id) in before.iter().filter(|(name, _)| !now.contains_key(*name)) {
            changes.gone.push(name.clone());
            changes.kept.insert(*id);
            if let Some(tag) = tag_name(name) {
                changes.remembered.push((memory_of(&tag)?, *id));
                changes.vanished_tags.push(TagChange { tag, was: leads_to(mirror, *id)?, now: None });
            }
        }
        Ok(changes)
    }

    /// A tag is new, or names another object than before. One that vanished and comes back is held against what it was.
    fn tag_came(&mut self, mirror: &gix::Repository, tag: String, old: Option<ObjectId>, id: ObjectId) -> Result<(), gix::Error> {
        let memory = memory_of(&tag)?;
        let remembered = reference_id(mirror, &memory)?;
        self.forgotten.extend(remembered.map(|_| memory));
        let Some(old) = old.or(remembered) else {
            self.new_tags.push(tag);
            return Ok(());
        };
        let (was, now) = (leads_to(mirror, old)?, leads_to(mirror, id)?);
        if was != now {
            self.moved_tags.push(TagChange { tag, was, now: Some(now) });
        }
        Ok(())
    }

    /// Keeps first, so that no moment leaves an object without a name; deletes before it sets, because a ref `a` must be
    /// gone before `a/b` can exist.
    fn write(&self, mirror: &gix::Repository, head: ObjectId) -> Result<(), gix::Error> {
        let kept = self.kept.iter().map(|id| Ok(set(named(&format!("{KEPT}{id}"))?, *id)));
        mirror.edit_references(kept.collect::<Result<Vec<_>, gix::Error>>()?)?;
        mirror.edit_references(self.remembered.iter().map(|(name, id)| set(name.clone(), *id)))?;
        mirror.edit_references(self.gone.iter().cloned().map(delete))?;
        let head = set(named(HEAD_REF)?, head);
        mirror.edit_references(self.set.iter().map(|(name, id)| set(name.clone(), *id)).chain([head]))?;
        mirror.edit_references(self.forgotten.iter().cloned().map(delete))?;
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
