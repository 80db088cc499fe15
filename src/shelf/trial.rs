//! Looking at a repository before it is on the shelf.

use std::fs;
use std::path::PathBuf;

use crate::recipe::RecipeName;

use super::error::ShelfError;
use super::mirrors::Shelf;
use super::origin::Origin;

/// A repository that was fetched to be looked at. It goes when this is dropped, and with the next start where a crash came first.
#[derive(Debug)]
pub struct Trial {
    recipe: RecipeName,
    folder: PathBuf,
    /// Holds this repository and nothing else.
    shelf: Shelf,
    head: String,
}

impl Shelf {
    /// Fetches a repository beside the shelf.
    pub fn try_out(&self, recipe: &RecipeName, origin: &Origin) -> Result<Trial, ShelfError> {
        let folder = self.folder_beside();
        fs::create_dir_all(&folder).map_err(|why| ShelfError::Folder { path: folder.display().to_string(), why })?;
        let mut trial = Trial { recipe: recipe.clone(), shelf: Self::beside(&folder), folder, head: String::new() };
        trial.head = trial.shelf.refresh(recipe, origin)?.head;
        Ok(trial)
    }

    /// Puts the repository on the shelf, in the place of whatever stood there.
    #[expect(clippy::needless_pass_by_value, reason = "what is on the shelf is on trial no more")]
    pub fn take_in(&self, trial: Trial) -> Result<(), ShelfError> {
        self.put(&trial.recipe, &trial.shelf.mirror_path(&trial.recipe))
    }
}

impl Trial {
    /// Whether the newest commit of its default branch has this file.
    pub fn has(&self, file: &str) -> Result<bool, ShelfError> {
        self.shelf.read(&self.recipe, &self.head, file).map(|found| found.is_some())
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        if let Err(why) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(path = %self.folder.display(), %why, "what was tried could not be removed; the next start does it");
        }
    }
}
