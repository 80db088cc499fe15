//! The folder of mirrors: opening it, finding a mirror in it, one refresh at a time per recipe.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::recipe::RecipeName;

use super::error::{ShelfError, chain};
use super::releases::Remembered;
use super::sweep::Progress;

/// All mirrored recipes. Clones are cheap and share the locks. Every call blocks.
#[derive(Debug, Clone)]
pub struct Shelf(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    locks: Mutex<HashMap<String, Arc<Mutex<()>>>>,
    sweep: Mutex<Option<Progress>>,
    remembered: Mutex<Remembered>,
    /// Counts when a mirror is about to change, and when it has.
    fills: AtomicU64,
    /// How many repositories were tried out.
    trials: AtomicU64,
}

impl Inner {
    fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            locks: Mutex::default(),
            sweep: Mutex::default(),
            remembered: Mutex::default(),
            fills: AtomicU64::default(),
            trials: AtomicU64::default(),
        }
    }
}

/// Folders with these prefixes are half made or half removed, and swept when the shelf opens.
const INCOMING: &str = ".incoming-";
const OUTGOING: &str = ".outgoing-";

/// No single object may take more memory than this while it is unpacked, whatever its header says.
const ALLOCATION_LIMIT: &str = "gitoxide.objects.allocLimit=268435456";

impl Shelf {
    /// Opens the folder that holds the mirrors (`<root>/<recipe>.git`), making it when it is missing.
    pub fn open(root: &Path) -> Result<Self, ShelfError> {
        let failed = |why| ShelfError::Folder { path: root.display().to_string(), why };
        fs::create_dir_all(root).map_err(failed)?;
        for entry in fs::read_dir(root).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(INCOMING) || name.starts_with(OUTGOING) {
                fs::remove_dir_all(entry.path()).map_err(failed)?;
            }
        }
        Ok(Self(Arc::new(Inner::at(root))))
    }

    /// The folder as it is, for a command beside a dashboard that may be filling it: nothing is made, and nothing is swept.
    pub fn beside(root: &Path) -> Self {
        Self(Arc::new(Inner::at(root)))
    }

    /// A new name for a folder that is not on the shelf yet. No recipe is called so.
    pub(super) fn folder_beside(&self) -> PathBuf {
        self.0.root.join(format!("{INCOMING}~{}", self.0.trials.fetch_add(1, Ordering::SeqCst)))
    }

    /// Puts a mirror in the recipe's place, and takes off the shelf what stood there.
    pub(super) fn put(&self, recipe: &RecipeName, mirror: &Path) -> Result<(), ShelfError> {
        let lock = self.lock_of(recipe);
        let _held = hold(&lock);
        let _counted = Filling::of(&self.0.fills);
        let (place, outgoing) = (self.mirror_path(recipe), self.path(OUTGOING, recipe, ""));
        let failed = |why| ShelfError::Folder { path: place.display().to_string(), why };
        let replaces = place.exists();
        if replaces {
            fs::rename(&place, &outgoing).map_err(failed)?;
        }
        fs::rename(mirror, &place).map_err(failed)?;
        if replaces {
            // What a crash leaves behind of it is swept by the next start.
            fs::remove_dir_all(&outgoing).map_err(failed)?;
        }
        Ok(())
    }

    /// The recipe's mirror, opened.
    pub(super) fn mirror(&self, recipe: &RecipeName) -> Result<gix::Repository, ShelfError> {
        let path = self.mirror_path(recipe);
        if !path.is_dir() {
            return Err(ShelfError::NotMirrored { recipe: recipe.as_str().to_owned() });
        }
        let opened = gix::open_opts(path, isolated().open_path_as_is(true));
        opened.map_err(|error| damaged(recipe, &error))
    }

    /// Runs `fill` on the recipe's mirror, alone. A new mirror is put on the shelf only when `fill` has succeeded.
    pub(super) fn fill_mirror<T>(
        &self,
        recipe: &RecipeName,
        fill: impl FnOnce(&gix::Repository) -> Result<T, ShelfError>,
    ) -> Result<T, ShelfError> {
        let lock = self.lock_of(recipe);
        let _held = hold(&lock);
        let _counted = Filling::of(&self.0.fills);
        if self.mirror_path(recipe).is_dir() {
            return fill(&self.mirror(recipe)?);
        }
        let incoming = self.path(INCOMING, recipe, "");
        let failed = |why| ShelfError::Folder { path: incoming.display().to_string(), why };
        if incoming.exists() {
            fs::remove_dir_all(&incoming).map_err(failed)?;
        }
        let filled = init_bare(&incoming).map_err(|error| damaged(recipe, &error)).and_then(|repository| fill(&repository));
        if filled.is_ok() {
            fs::rename(&incoming, self.mirror_path(recipe)).map_err(failed)?;
        } else if let Err(why) = fs::remove_dir_all(&incoming) {
            tracing::warn!(path = %incoming.display(), %why, "an unfinished mirror could not be removed");
        }
        filled
    }

    /// Whether the recipe was ever fetched, so that there is something to work with when its origin is out of reach.
    pub fn has(&self, recipe: &RecipeName) -> bool {
        self.mirror_path(recipe).is_dir()
    }

    /// The sweep that is under way.
    pub(super) fn sweep_under_way(&self) -> MutexGuard<'_, Option<Progress>> {
        self.0.sweep.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read of tags. Whoever finds it poisoned finds it whole: nothing is done while it is held.
    pub(super) fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn fills(&self) -> u64 {
        self.0.fills.load(Ordering::SeqCst)
    }

    pub(super) fn mirror_path(&self, recipe: &RecipeName) -> PathBuf {
        self.path("", recipe, ".git")
    }

    fn path(&self, prefix: &str, recipe: &RecipeName, suffix: &str) -> PathBuf {
        self.0.root.join(format!("{prefix}{}{suffix}", recipe.as_str()))
    }

    fn lock_of(&self, recipe: &RecipeName) -> Arc<Mutex<()>> {
        let mut locks = self.0.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.entry(recipe.as_str().to_owned()).or_default().clone()
    }
}

/// Counts the beginning of a change, and its end, however it ends.
struct Filling<'a>(&'a AtomicU64);

impl<'a> Filling<'a> {
    fn of(fills: &'a AtomicU64) -> Self {
        fills.fetch_add(1, Ordering::SeqCst);
        Self(fills)
    }
}

impl Drop for Filling<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The lock guards no data in memory, so a panic under it leaves nothing to distrust.
fn hold(lock: &Mutex<()>) -> MutexGuard<'_, ()> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Neither the environment nor the user's or system's git configuration has a say in how a repository is opened.
pub(super) fn isolated() -> gix::open::Options {
    gix::open::Options::isolated().with(gix::sec::Trust::Full).config_overrides([ALLOCATION_LIMIT])
}

fn init_bare(path: &Path) -> Result<gix::Repository, gix::Error> {
    let made = gix::ThreadSafeRepository::init_opts(path, gix::create::Kind::Bare, gix::create::Options::default(), isolated())?;
    Ok(made.to_thread_local())
}

/// The mirror itself failed us, as opposed to its origin.
pub(super) fn damaged(recipe: &RecipeName, error: &gix::Error) -> ShelfError {
    ShelfError::Mirror { recipe: recipe.as_str().to_owned(), why: chain(error) }
}
