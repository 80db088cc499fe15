#![expect(clippy::disallowed_methods, reason = "git and the demo's own script make the repositories")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with a git repository for each recipe of the demo and `recipes.json`; made once for all tests of this binary.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(make)
}

fn make() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipes");
    sweep(&root);
    let folder = root.join(std::process::id().to_string());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/demo-recipes.sh");
    let ran = Command::new(script).arg(&folder).arg("registry.example.org").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    folder
}

/// Removes what earlier runs left: a static is never dropped.
fn sweep(root: &Path) {
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        if !Path::new("/proc").join(entry.file_name()).exists() {
            // Another run may sweep at the same moment.
            let _gone = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes a repository that is in no catalogue, below `folder`, of these files; with a tag if one is named. Returns its path.
pub(crate) fn repository(folder: &Path, name: &str, tag: Option<&str>, files: &[(&str, &str)]) -> PathBuf {
    let repo = folder.join(name);
    std::fs::create_dir_all(&repo).unwrap();
    for (path, text) in files {
        let path = repo.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    git(&repo, &["init", "-q", "-b", "main"]);
    git(&repo, &["add", "-A"]);
    git(&repo, &["commit", "-q", "--allow-empty", "-m", "all"]);
    if let Some(tag) = tag {
        git(&repo, &["tag", "-a", tag, "-m", tag]);
    }
    repo
}

/// Runs git in a repository.
pub(crate) fn git(repo: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=Tests", "-c", "user.email=tests@canteen.example"];
    let ran = Command::new("git")
        .args(who)
        .args(arguments)
        .current_dir(repo)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
