//! What a mirrored recipe offers to deploy. It is looked at far more often than it changes: a page shows all recipes at once, and
//! opening a mirror and reading every tag takes a millisecond or so each.

use std::collections::HashMap;
use std::path::Path;
use std::time::SystemTime;

use crate::recipe::version::Tag;
use crate::recipe::{RecipeName, Releases};

use super::error::ShelfError;
use super::mirrors::Shelf;

/// The releases of recipes as they were read last.
pub(super) type Remembered = HashMap<String, (Stamp, Releases)>;

/// Another one means that tags may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// How often mirrors were about to change, or had, by this very process.
    fills: u64,
    /// When refs were last written, by whomever.
    tags: Option<SystemTime>,
    packed: Option<SystemTime>,
}

impl Shelf {
    /// The recipe's tags, sorted out.
    pub fn releases(&self, recipe: &RecipeName) -> Result<Releases, ShelfError> {
        // Before the reading: what changes during it makes the next one read again.
        let stamp = self.stamp(recipe);
        if let Some((at, releases)) = self.remembered().get(recipe.as_str())
            && *at == stamp
            && stamp.tags.is_some()
        {
            return Ok(releases.clone());
        }
        let tags = self.versions(recipe)?;
        let releases = Releases::of(tags.into_iter().map(|tag| (Tag { name: tag.name, at_s: tag.at_s }, tag.annotated)));
        self.remembered().insert(recipe.as_str().to_owned(), (stamp, releases.clone()));
        Ok(releases)
    }

    fn stamp(&self, recipe: &RecipeName) -> Stamp {
        let written = |path: &Path| path.metadata().and_then(|m| m.modified()).ok();
        let mirror = self.mirror_path(recipe);
        Stamp { fills: self.fills(), tags: written(&mirror.join("refs/tags")), packed: written(&mirror.join("packed-refs")) }
    }

    /// What can be deployed, newest first: the releases, or the newest commit when there are none.
    pub fn choices(&self, recipe: &RecipeName) -> Result<Vec<String>, ShelfError> {
        let releases = self.releases(recipe)?;
        // A head that can't be read matters only to recipes without releases.
        if releases.versions.is_empty() { Ok(releases.choices(&self.head(recipe)?)) } else { Ok(releases.choices("")) }
    }
}
