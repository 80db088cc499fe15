//! A recipe on the shelf held against the rules.

use crate::lint::{Blobs, Facts, Report, Tag, lint};
use crate::recipe::RecipeName;
use crate::shelf::{Shelf, ShelfError};

use super::render::RecipeAt;

/// What is known of a recipe beside its repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Where its repository is cloned from.
    pub origin: Option<String>,
    /// Whether the catalogue lists a version of it.
    pub published: Option<bool>,
}

/// The report on a recipe at one commit.
pub fn lint_at(shelf: &Shelf, at: &RecipeAt, known: Known) -> Result<Report, ShelfError> {
    let tags = tags(shelf, &at.name)?;
    let mut facts = facts(shelf, &at.name, &at.commit)?;
    facts.version = tags.iter().any(|tag| tag.name == at.version).then(|| at.version.clone());
    facts.tags = Some(tags);
    (facts.origin, facts.published) = (known.origin, known.published);
    Ok(lint(&facts))
}

/// The tags of a recipe, as rules see them.
pub fn tags(shelf: &Shelf, recipe: &RecipeName) -> Result<Vec<Tag>, ShelfError> {
    let tags = shelf.versions(recipe)?.into_iter();
    Ok(tags.map(|tag| Tag { name: tag.name, annotated: tag.annotated }).collect())
}

fn facts(shelf: &Shelf, recipe: &RecipeName, commit: &str) -> Result<Facts, ShelfError> {
    // What can't be listed here is the commit itself; a look at the top folder tells the shelf's own error.
    shelf.list(recipe, commit, "")?;
    let tree = Commit { shelf, recipe, id: commit };
    Facts::gather(&tree).map_err(|why| ShelfError::Mirror { recipe: recipe.as_str().to_owned(), why })
}

struct Commit<'s> {
    shelf: &'s Shelf,
    recipe: &'s RecipeName,
    id: &'s str,
}

impl Blobs for Commit<'_> {
    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        self.shelf.list(self.recipe, self.id, dir).map_err(|e| e.to_string())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        self.shelf.read(self.recipe, self.id, path).map_err(|e| format!("can't be read: {e}"))
    }
}
