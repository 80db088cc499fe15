//! Naming commits: the tags of a mirror, its head, and what a person may type for a commit.

use gix::ObjectId;
use gix::objs::Kind;

use crate::recipe::{ChaosVersion, RecipeName};

use super::error::ShelfError;
use super::mirrors::{Shelf, damaged};
use super::refresh::{HEAD_REF, named, set};
use super::tag_change::memory_of;

/// A tag of a recipe, with the commit that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// Without `refs/tags/`.
    pub name: String,
    /// In hex.
    pub commit: String,
    /// Unix seconds: when the tag was made if it is annotated, otherwise when the commit was.
    pub at_s: i64,
    /// Whether the tag is an object of its own with a message.
    pub annotated: bool,
    /// The annotated tag's own message; empty for a lightweight tag.
    pub message: String,
}

const DEPLOYED: &str = "refs/canteen/deployed/";
/// Git itself prints no fewer digits of an id.
const SHORTEST_ID: usize = 4;

impl Shelf {
    /// All tags that lead to a commit, sorted by name. Which of them are versions is for `recipe` to say.
    pub fn versions(&self, recipe: &RecipeName) -> Result<Vec<Tagged>, ShelfError> {
        let mirror = self.mirror(recipe)?;
        let failed = |error: gix::Error| damaged(recipe, &error);
        let mut tags = Vec::new();
        for reference in mirror.references().and_then(|all| all.tags()?.collect::<Result<Vec<_>, _>>()).map_err(failed)? {
            let name = String::from_utf8_lossy(reference.name().shorten()).into_owned();
            if let Some(id) = reference.try_id() {
                tags.extend(tagged(&mirror, name, id.detach()).map_err(failed)?);
            }
        }
        tags.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(tags)
    }

    /// The commit of the origin's default branch at the last refresh, in hex.
    pub fn head(&self, recipe: &RecipeName) -> Result<String, ShelfError> {
        let mirror = self.mirror(recipe)?;
        let found = named(HEAD_REF).and_then(|name| reference_id(&mirror, &name)).map_err(|error| damaged(recipe, &error))?;
        found.map(|id| id.to_string()).ok_or_else(|| no_such(recipe, "HEAD"))
    }

    /// The commit, in hex, that a tag name or a full or shortened commit id means. A tag wins over an id, also one that the
    /// origin has no more: what runs at it can still be deployed. Nothing else of git's language for revisions is understood.
    ///
    /// The version of a commit that was deployed goes on meaning that commit, whatever is tagged with its digits, or begins with
    /// them, later.
    pub fn resolve(&self, recipe: &RecipeName, revision: &str) -> Result<String, ShelfError> {
        let mirror = self.mirror(recipe)?;
        let failed = |error: gix::Error| damaged(recipe, &error);
        if let Some(id) = deployed(&mirror, revision).map_err(failed)? {
            return Ok(id.to_string());
        }
        for name in [named(&format!("refs/tags/{revision}")), memory_of(revision)].into_iter().flatten() {
            if let Some(id) = reference_id(&mirror, &name).map_err(failed)?
                && let Some(commit) = commit_below(&mirror, id).map_err(failed)?
            {
                return Ok(commit.to_string());
            }
        }
        let id = by_digits(&mirror, recipe, revision)?;
        Ok(id.to_string())
    }

    /// Gives the commit a name of our own, so that it outlives whatever the origin does. Doing it twice is no error.
    pub fn keep(&self, recipe: &RecipeName, commit: &str) -> Result<(), ShelfError> {
        let mirror = self.mirror(recipe)?;
        let id = full_id(&mirror, recipe, commit)?;
        let kept = named(&format!("{DEPLOYED}{id}")).and_then(|name| mirror.edit_reference(set(name, id)));
        kept.map(drop).map_err(|error| damaged(recipe, &error))
    }
}

/// A full commit id whose commit the mirror has.
pub(super) fn full_id(mirror: &gix::Repository, recipe: &RecipeName, commit: &str) -> Result<ObjectId, ShelfError> {
    let id = ObjectId::from_hex(commit.as_bytes()).map_err(|_| no_such(recipe, commit))?;
    match mirror.try_find_header(id).map_err(|error| damaged(recipe, &error))? {
        Some(header) if header.kind() == Kind::Commit => Ok(id),
        _ => Err(no_such(recipe, commit)),
    }
}

/// The one commit whose id begins with these digits.
pub(super) fn by_digits(mirror: &gix::Repository, recipe: &RecipeName, digits: &str) -> Result<ObjectId, ShelfError> {
    if digits.len() < SHORTEST_ID || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(no_such(recipe, digits));
    }
    let prefix = gix::hash::Prefix::from_hex(digits).map_err(|_| no_such(recipe, digits))?;
    let mut candidates = std::collections::HashSet::new();
    let looked_up = mirror.objects.lookup_prefix(prefix, Some(&mut candidates)).map_err(|error| damaged(recipe, &error))?;
    if looked_up.is_none() {
        return Err(no_such(recipe, digits));
    }
    // Digits that a commit shares with a file or a folder still mean the commit.
    let mut commits = candidates.into_iter().filter(|id| full_id(mirror, recipe, &id.to_string()).is_ok());
    match (commits.next(), commits.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => Err(no_such(recipe, digits)),
        _ => Err(ShelfError::AmbiguousRevision { recipe: recipe.as_str().to_owned(), revision: digits.to_owned() }),
    }
}

fn no_such(recipe: &RecipeName, revision: &str) -> ShelfError {
    ShelfError::NoSuchRevision { recipe: recipe.as_str().to_owned(), revision: revision.to_owned() }
}

/// The ref of exactly this name; a look-up by name alone would also try other folders of refs.
pub(super) fn reference_id(mirror: &gix::Repository, name: &gix::refs::FullName) -> Result<Option<ObjectId>, gix::Error> {
    let found = mirror.try_find_reference(name.as_ref())?.filter(|found| found.name() == name.as_ref());
    Ok(found.and_then(|found| found.try_id().map(gix::Id::detach)))
}

/// The one commit that was deployed under a version that is no release.
fn deployed(mirror: &gix::Repository, revision: &str) -> Result<Option<ObjectId>, gix::Error> {
    let Some(version) = ChaosVersion::parse(revision).filter(|version| !version.changed()) else { return Ok(None) };
    let prefix = format!("{DEPLOYED}{}", version.commit());
    let references = mirror.references()?;
    let mut found = references.prefixed(prefix.as_str())?.filter_map(|found| Some(found.ok()?.try_id()?.detach()));
    Ok(found.next().filter(|_| found.next().is_none()))
}

/// Follows tags of tags to a commit; none when they end at a file or a folder.
fn commit_below(mirror: &gix::Repository, id: ObjectId) -> Result<Option<ObjectId>, gix::Error> {
    let object = mirror.find_object(id)?.peel_tags_to_end()?;
    Ok((object.kind == Kind::Commit).then_some(object.id))
}

fn tagged(mirror: &gix::Repository, name: String, id: ObjectId) -> Result<Option<Tagged>, gix::Error> {
    let Some(commit) = commit_below(mirror, id)? else { return Ok(None) };
    let object = mirror.find_object(id)?;
    let annotated = object.kind == Kind::Tag;
    let (mut at_s, mut message) = (None, String::new());
    if annotated {
        let tag = object.try_into_tag()?;
        at_s = tag.tagger()?.and_then(|tagger| tagger.time().ok()).map(|time| time.seconds);
        message = String::from_utf8_lossy(tag.decode()?.message).into_owned();
    }
    let at_s = match at_s {
        Some(at_s) => at_s,
        None => mirror.find_commit(commit)?.time()?.seconds,
    };
    Ok(Some(Tagged { name, commit: commit.to_string(), at_s, annotated, message }))
}
