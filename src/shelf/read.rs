//! Reading files of a commit straight from the object database.

use gix::Tree;
use gix::object::tree::Entry;
use gix::objs::tree::EntryKind;

use crate::compose::{Files, FilesError};
use crate::recipe::RecipeName;

use super::error::ShelfError;
use super::mirrors::{Shelf, damaged};
use super::revisions::full_id;

/// The largest file that is read from a recipe.
pub const FILE_LIMIT_BYTES: u64 = 1 << 20;

impl Shelf {
    /// The content of the file at `path`, relative to the recipe's top folder, as of `commit` (a full id). `None` when
    /// there is nothing at that path. Links and submodules are refused: they would lead out of the commit.
    pub fn read(&self, recipe: &RecipeName, commit: &str, path: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        let mirror = self.mirror(recipe)?;
        let Some(entry) = entry(&mirror, recipe, commit, path)? else { return Ok(None) };
        let kind = entry.mode().kind();
        if !matches!(kind, EntryKind::Blob | EntryKind::BlobExecutable) {
            return Err(ShelfError::WrongKind { path: path.to_owned(), kind: spoken(kind), wanted: "plain file" });
        }
        let failed = |error: gix::Error| damaged(recipe, &error);
        if entry.id().header().map_err(failed)?.size() > FILE_LIMIT_BYTES {
            return Err(ShelfError::TooLarge { what: format!("`{path}`"), limit_mib: FILE_LIMIT_BYTES >> 20 });
        }
        Ok(Some(entry.object().map_err(failed)?.detach().data))
    }

    /// The names in the folder `dir` (empty for the top folder) as of `commit`, sorted; those of folders end in `/`.
    /// Links, submodules and names that are not UTF-8 are left out. A folder that does not exist is empty.
    pub fn list(&self, recipe: &RecipeName, commit: &str, dir: &str) -> Result<Vec<String>, ShelfError> {
        let mirror = self.mirror(recipe)?;
        let failed = |error: gix::Error| damaged(recipe, &error);
        let tree = if dir.is_empty() {
            let id = full_id(&mirror, recipe, commit)?;
            mirror.find_commit(id).and_then(|commit| commit.tree()).map_err(failed)?
        } else {
            let Some(entry) = entry(&mirror, recipe, commit, dir)? else { return Ok(Vec::new()) };
            let kind = entry.mode().kind();
            if kind != EntryKind::Tree {
                return Err(ShelfError::WrongKind { path: dir.to_owned(), kind: spoken(kind), wanted: "folder" });
            }
            entry.object().and_then(gix::Object::try_into_tree).map_err(failed)?
        };
        let mut names = Vec::new();
        for entry in tree.iter() {
            let entry = entry.map_err(failed)?;
            let Ok(name) = str::from_utf8(entry.filename()) else { continue };
            match entry.mode().kind() {
                EntryKind::Tree => names.push(format!("{name}/")),
                EntryKind::Blob | EntryKind::BlobExecutable => names.push(name.to_owned()),
                EntryKind::Link | EntryKind::Commit => {}
            }
        }
        names.sort();
        Ok(names)
    }

    /// The files of one commit, for reading compose files and what they refer to.
    pub fn tree(&self, recipe: &RecipeName, commit: &str) -> TreeFiles {
        TreeFiles { shelf: self.clone(), recipe: recipe.clone(), commit: commit.to_owned() }
    }
}

/// Whatever is at `path` as of `commit`.
fn entry<'m>(mirror: &'m gix::Repository, recipe: &RecipeName, commit: &str, path: &str) -> Result<Option<Entry<'m>>, ShelfError> {
    let parts = parts_of(path)?;
    let id = full_id(mirror, recipe, commit)?;
    let walked = mirror.find_commit(id).and_then(|commit| walk(commit.tree()?, &parts));
    walked.map_err(|error| damaged(recipe, &error))
}

/// Goes down from folder to folder. Anything else on the way, a link or a submodule, has nothing below it.
fn walk<'m>(top: Tree<'m>, parts: &[&str]) -> Result<Option<Entry<'m>>, gix::Error> {
    let mut tree = top;
    let Some((last, folders)) = parts.split_last() else { return Ok(None) };
    for folder in folders {
        match tree.lookup_entry([*folder])? {
            Some(entry) if entry.mode().is_tree() => tree = entry.object()?.try_into_tree()?,
            _ => return Ok(None),
        }
    }
    tree.lookup_entry([*last])
}

/// The path's components. A leading `./` is allowed, for compose files write it.
fn parts_of(path: &str) -> Result<Vec<&str>, ShelfError> {
    let bad = |why| ShelfError::BadPath { path: path.to_owned(), why };
    if path.starts_with('/') {
        return Err(bad("it begins with `/`"));
    }
    if path.contains(['\\', '\0']) {
        return Err(bad("it holds a backslash or a null character"));
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(bad("it leads through `..`"));
    }
    if parts.is_empty() {
        return Err(bad("it names no file"));
    }
    Ok(parts)
}

fn spoken(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Tree => "folder",
        EntryKind::Blob | EntryKind::BlobExecutable => "plain file",
        EntryKind::Link => "symbolic link",
        EntryKind::Commit => "submodule",
    }
}

/// The files of one commit of one recipe.
#[derive(Debug, Clone)]
pub struct TreeFiles {
    shelf: Shelf,
    recipe: RecipeName,
    commit: String,
}

impl Files for TreeFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        let refused = |what: String| FilesError { path: path.to_owned(), what };
        let content = self.shelf.read(&self.recipe, &self.commit, path).map_err(|error| refused(error.to_string()))?;
        content.ok_or_else(|| refused(format!("there is no such file in recipe {} at {}", self.recipe.as_str(), self.commit)))
    }
}
