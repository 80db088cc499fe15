//! Release notes, read from the mirror.

use crate::recipe::{RecipeName, release_notes};

use super::mirrors::Shelf;

/// The release note of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its tag.
    pub version: String,
    /// Plain text.
    pub text: String,
}

impl Shelf {
    /// The notes of these versions as they stand at `commit` (a full id), in the order given. Versions without a note are left
    /// out; of one that can't be read, such as a link or a giant file, the text says why.
    pub fn notes(&self, recipe: &RecipeName, commit: &str, versions: &[String]) -> Vec<Note> {
        let note = |version: &String| {
            let text = match self.read(recipe, commit, &release_notes::path(version)) {
                Ok(bytes) => release_notes::legible(&bytes?),
                Err(error) => format!("The note of this version can’t be shown: {error}."),
            };
            (!text.is_empty()).then(|| Note { version: version.clone(), text })
        };
        versions.iter().filter_map(note).collect()
    }
}
