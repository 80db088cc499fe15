//! What the rules may know: the files of one commit, and what is known around them.

use std::collections::{BTreeMap, BTreeSet};

/// The compose file that every recipe begins with.
pub(super) const BASE: &str = "compose.yml";

/// Folders inside each other that are looked into.
const DEEPEST: usize = 6;
/// Files of a recipe that are listed.
const MOST_FILES: usize = 5000;
/// Folders that are looked into: a repository may be made to have endlessly many.
const MOST_FOLDERS: usize = 500;
/// Files that are read, and their bytes together; no recipe comes near, and every overlay is held against `compose.yml`.
const MOST_READ: usize = 60;
const MOST_BYTES: usize = 1 << 20;

/// A tag of the recipe's repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    /// Whether it is an object of its own, with a date and a message.
    pub annotated: bool,
}

/// A recipe as the rules see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Every plain file, relative to the top folder. Links and submodules are not among them.
    pub files: BTreeSet<String>,
    /// The content of the files that rules read.
    pub texts: BTreeMap<String, String>,
    /// Of those, the ones that can't be read, and why.
    pub unreadable: BTreeMap<String, String>,
    /// The tag that is looked at; `None` for a branch, a commit or a folder.
    pub version: Option<String>,
    /// The tags of the repository; `None` where there is no repository.
    pub tags: Option<Vec<Tag>>,
    /// Where the repository is cloned from; `None` where that is not known.
    pub origin: Option<String>,
    /// Whether the catalogue lists a version; `None` where the catalogue is not known.
    pub published: Option<bool>,
}

/// The files of one commit, or of a folder.
pub trait Blobs {
    /// The names in the folder `dir` (empty for the top folder); those of folders end in `/`. Plain files and folders only.
    fn list(&self, dir: &str) -> Result<Vec<String>, String>;
    /// The content of a file; `None` if there is none. The error says why it can't be had.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;
}

impl Facts {
    /// Reads what rules look at. Everything that is known around the files is left unknown.
    ///
    /// Fails when the folders can't be listed; a single file that can't be read is a finding.
    pub fn gather(blobs: &dyn Blobs) -> Result<Self, String> {
        let mut facts = Self { files: list(blobs)?, ..Self::default() };
        let mut wanted: Vec<String> = facts.files.iter().filter(|path| is_read(path)).cloned().collect();
        // If something is left out, then an overlay.
        wanted.sort_by_key(|path| is_compose(path) && path != BASE);
        let mut bytes = 0;
        for (number, path) in wanted.into_iter().enumerate() {
            if number >= MOST_READ || bytes > MOST_BYTES {
                facts
                    .unreadable
                    .insert(path, "is not looked at: the recipe has too many compose files, or too large ones".to_owned());
                continue;
            }
            match blobs.read(&path).map(|bytes| String::from_utf8(bytes.unwrap_or_default())) {
                Ok(Ok(text)) => {
                    bytes += text.len();
                    facts.texts.insert(path, text);
                }
                Ok(Err(_)) => drop(facts.unreadable.insert(path, "is not UTF-8 text".to_owned())),
                Err(why) => drop(facts.unreadable.insert(path, why)),
            }
        }
        Ok(facts)
    }

    /// Whether the repository has this tag.
    pub(super) fn has_tag(&self, name: &str) -> bool {
        self.tags.iter().flatten().any(|tag| tag.name == name)
    }
}

fn list(blobs: &dyn Blobs) -> Result<BTreeSet<String>, String> {
    let (mut files, mut folders) = (BTreeSet::new(), vec![(String::new(), 0)]);
    let mut listed = 0;
    while let Some((folder, depth)) = folders.pop() {
        listed += 1;
        if listed > MOST_FOLDERS {
            break;
        }
        for name in blobs.list(folder.trim_end_matches('/'))? {
            if name.ends_with('/') {
                if depth < DEEPEST && name != ".git/" {
                    folders.push((format!("{folder}{name}"), depth + 1));
                }
            } else if files.len() < MOST_FILES {
                files.insert(format!("{folder}{name}"));
            }
        }
    }
    Ok(files)
}

/// Whether a rule looks into the file.
fn is_read(path: &str) -> bool {
    matches!(path, ".env.sample" | "abra.sh" | "README.md") || is_compose(path)
}

/// `compose.yml`, or an overlay in any folder.
pub(super) fn is_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit('.').next().is_some_and(|ending| ending == "yml" || ending == "yaml");
    ending && name.starts_with("compose.")
}
