//! Commits that are no release: where branches end, what a commit says of itself, and which release is nearest below it.

use std::collections::{HashMap, HashSet, VecDeque};

use gix::ObjectId;

use crate::recipe::version::{Tag, newest_first};
use crate::recipe::{ChaosVersion, RecipeName};

use super::error::ShelfError;
use super::mirrors::{Shelf, damaged};
use super::revisions::{by_digits, full_id};

/// Where a branch of a recipe ends, as of the last refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Without `refs/heads/`.
    pub name: String,
    /// In hex.
    pub commit: String,
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// In hex.
    pub id: String,
    /// The first line of its message, 200 characters at most.
    pub subject: String,
    /// Unix seconds.
    pub at_s: i64,
}

/// Commits that are looked through for a release; a history beyond that belongs to no recipe.
const FARTHEST: usize = 20_000;
const LONGEST_SUBJECT: usize = 200;

impl Shelf {
    /// The branches of a recipe, by name.
    pub fn branches(&self, recipe: &RecipeName) -> Result<Vec<Branch>, ShelfError> {
        let mirror = self.mirror(recipe)?;
        let failed = |error: gix::Error| damaged(recipe, &error);
        let all = mirror.references().and_then(|all| all.local_branches()?.collect::<Result<Vec<_>, _>>()).map_err(failed)?;
        let branch = |reference: gix::Reference<'_>| {
            let commit = reference.try_id()?.to_string();
            // What leads to no commit can't be deployed.
            full_id(&mirror, recipe, &commit).ok()?;
            Some(Branch { name: String::from_utf8_lossy(reference.name().shorten()).into_owned(), commit })
        };
        let mut branches: Vec<Branch> = all.into_iter().filter_map(branch).collect();
        branches.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(branches)
    }

    /// The one commit whose id begins with these digits, in hex. A tag of the same name is not meant.
    pub fn commit(&self, recipe: &RecipeName, digits: &str) -> Result<String, ShelfError> {
        by_digits(&self.mirror(recipe)?, recipe, &digits.to_ascii_lowercase()).map(|id| id.to_string())
    }

    /// What a commit (a full id) says of itself.
    pub fn describe(&self, recipe: &RecipeName, commit: &str) -> Result<CommitInfo, ShelfError> {
        let mirror = self.mirror(recipe)?;
        let id = full_id(&mirror, recipe, commit)?;
        let read = || -> Result<CommitInfo, gix::Error> {
            let commit = mirror.find_commit(id)?;
            let message = String::from_utf8_lossy(commit.message_raw_sloppy()).into_owned();
            let first = message.lines().next().unwrap_or_default().trim();
            let subject = first.chars().filter(|c| !c.is_control()).take(LONGEST_SUBJECT).collect();
            Ok(CommitInfo { id: id.to_string(), subject, at_s: commit.time()?.seconds })
        };
        read().map_err(|error| damaged(recipe, &error))
    }

    /// Whether this version names a commit and no release, although the recipe has releases: what `abra` calls chaos. Of a recipe
    /// without releases a commit is all that there is.
    pub fn is_chaos(&self, recipe: &RecipeName, version: &str) -> Result<bool, ShelfError> {
        if ChaosVersion::parse(version).is_none() {
            return Ok(false);
        }
        let releases = self.releases(recipe)?;
        let named = releases.versions.iter().chain(&releases.light).any(|tag| tag.name == version);
        Ok(!named && !releases.versions.is_empty())
    }

    /// The release that this very commit (a full id) is; the newest of several.
    pub fn release_of(&self, recipe: &RecipeName, commit: &str) -> Result<Option<String>, ShelfError> {
        let tags = self.versions(recipe)?.into_iter().filter(|tag| tag.annotated && tag.commit == commit);
        let tags = tags.map(|tag| Tag { name: tag.name, at_s: tag.at_s });
        Ok(newest_first(tags.collect()).into_iter().next().map(|tag| tag.name))
    }

    /// The release that a commit (a full id) comes after: the one that takes the fewest steps back; the newest of several. `None`
    /// where no release is below it.
    pub fn nearest_release(&self, recipe: &RecipeName, commit: &str) -> Result<Option<String>, ShelfError> {
        let mirror = self.mirror(recipe)?;
        let start = full_id(&mirror, recipe, commit)?;
        let mut released: HashMap<String, Vec<Tag>> = HashMap::new();
        for tag in self.versions(recipe)?.into_iter().filter(|tag| tag.annotated) {
            released.entry(tag.commit).or_default().push(Tag { name: tag.name, at_s: tag.at_s });
        }
        if released.is_empty() {
            return Ok(None);
        }
        let mut seen: HashSet<ObjectId> = HashSet::from([start]);
        let mut waiting = VecDeque::from([start]);
        while let Some(id) = waiting.pop_front().filter(|_| seen.len() < FARTHEST) {
            if let Some(tags) = released.remove(&id.to_string()) {
                return Ok(newest_first(tags).into_iter().next().map(|tag| tag.name));
            }
            let commit = mirror.find_commit(id).map_err(|error| damaged(recipe, &error))?;
            waiting.extend(commit.parent_ids().map(gix::Id::detach).filter(|parent| seen.insert(*parent)));
        }
        Ok(None)
    }
}
