//! What a mirrored recipe offers to deploy.

use crate::recipe::version::Tag;
use crate::recipe::{RecipeName, Releases};

use super::error::ShelfError;
use super::mirrors::Shelf;

impl Shelf {
    /// The recipe's tags, sorted out.
    pub fn releases(&self, recipe: &RecipeName) -> Result<Releases, ShelfError> {
        let tags = self.versions(recipe)?;
        Ok(Releases::of(tags.into_iter().map(|tag| (Tag { name: tag.name, at_s: tag.at_s }, tag.annotated))))
    }

    /// What can be deployed, newest first: the releases, or the newest commit when there are none.
    pub fn choices(&self, recipe: &RecipeName) -> Result<Vec<String>, ShelfError> {
        let releases = self.releases(recipe)?;
        // A head that can't be read matters only to recipes without releases.
        if releases.versions.is_empty() { Ok(releases.choices(&self.head(recipe)?)) } else { Ok(releases.choices("")) }
    }
}
