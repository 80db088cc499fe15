//! A disk that is full soon.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::engine::{Engine, text};
use super::run::run;

/// A file system in memory. It goes with this value, and with the engine.
pub(crate) struct SmallDisk {
    pub(crate) path: PathBuf,
}

impl SmallDisk {
    /// `size` is as mount takes it, such as `8m`.
    pub(crate) fn mount(engine: &Engine, size: &str) -> Self {
        // Tests run side by side, on one engine.
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let path = engine.dir.join(format!("small-disk-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(&path).expect("a folder can be made");
        run("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs", text(&path)]);
        Self { path }
    }

    /// Takes all space that is left.
    pub(crate) fn fill(&self) {
        let mut filler = File::create(self.path.join("filler")).expect("a file can be made");
        while filler.write_all(&[1; 4096]).is_ok() {}
    }

    /// Gives it back.
    pub(crate) fn free(&self) {
        fs::remove_file(self.path.join("filler")).expect("the file is there");
    }
}

impl Drop for SmallDisk {
    /// Canteen may still have files open there.
    fn drop(&mut self) {
        run("umount", &["-l", text(&self.path)]);
    }
}
