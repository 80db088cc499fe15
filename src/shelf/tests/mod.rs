//! The shelf against real repositories, made by git itself in a folder of the test.

mod commits;
mod local;
mod origin;
mod releases;
mod served;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::recipe::RecipeName;

use super::{Allow, Origin, Shelf, TagChange};

/// A folder of its own, gone with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("canteen-shelf-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("temporary folder");
        Self(path)
    }

    fn shelf(&self) -> Shelf {
        Shelf::open(&self.0.join("shelf")).expect("shelf")
    }

    fn repository(&self, name: &str) -> Repository {
        let path = self.0.join(name);
        fs::create_dir_all(&path).expect("folder");
        let repository = Repository(path);
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A git repository with a work tree.
struct Repository(PathBuf);

impl Repository {
    fn git(&self, arguments: &[&str]) -> String {
        let output = git().current_dir(&self.0).args(arguments).output().expect("git is installed where tests run");
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    fn write(&self, path: &str, content: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("inside")).expect("folder");
        fs::write(path, content).expect("file");
    }

    /// Commits everything in the work tree and returns the commit's id.
    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn origin(&self) -> Origin {
        Origin::parse(self.0.to_str().expect("UTF-8"), Allow::RemoteAndLocal).expect("a path")
    }
}

#[expect(clippy::disallowed_methods, reason = "tests compare with git itself; the program never runs it")]
fn git() -> Command {
    let mut command = Command::new("git");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Test").env(format!("GIT_{role}_EMAIL"), "test@example.org");
        command.env(format!("GIT_{role}_DATE"), "1700000000 +0000");
    }
    command
}

fn app() -> RecipeName {
    RecipeName::parse("app").expect("a recipe name")
}

fn change(tag: &str, was: &str, now: Option<&str>) -> TagChange {
    TagChange { tag: tag.to_owned(), was: was.to_owned(), now: now.map(str::to_owned) }
}

/// Asks git whether the mirror is whole.
fn fsck(shelf_root: &Path) {
    let mirror = Repository(shelf_root.join("shelf/app.git"));
    mirror.git(&["fsck", "--full", "--strict"]);
}
