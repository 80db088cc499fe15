//! The real restic that `scripts/restic.sh` brings.

#![expect(clippy::disallowed_methods, reason = "the script and restic are programs of their own")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The program, fetched by the first test that asks.
pub(crate) fn restic() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let fetch = || {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/restic.sh");
        let done = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
        assert!(done.status.success(), "{script} failed");
        PathBuf::from(String::from_utf8(done.stdout).unwrap().trim())
    };
    FOLDER.get_or_init(fetch).join("new/usr/bin/restic")
}

/// What restic says when somebody types this, with nothing but the password.
pub(crate) fn by_hand(address: &str, password: &str, arguments: &[&str], home: &Path) -> Result<String, String> {
    let mut command = Command::new(restic());
    command.env_clear().env("HOME", home).env("RESTIC_PASSWORD", password).args(["--no-cache", "-r", address]).args(arguments);
    let done = command.output().unwrap();
    let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if done.status.success() { Ok(said(done.stdout)) } else { Err(said(done.stderr)) }
}

/// Stores files of a volume as a runner does, under its real path, in a name space of mounts of its own: `files` are paths below the
/// volume and what they hold. Gives the whole id of the snapshot.
pub(crate) fn store_volume(address: &str, password: &str, volume: &str, files: &[(&str, &str)], tags: &str) -> String {
    let tree = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = tree.path().join("docker/volumes").join(volume).join("_data").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let script = "mount -t tmpfs none /var/lib && cp -a \"$1/.\" /var/lib && shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script, "sh"]).arg(tree.path()).arg(restic());
    command.args(["--no-cache", "--json", "-r", address, "backup", "--host", "localhost", "--tag", tags]);
    command.arg(format!("/var/lib/docker/volumes/{volume}/_data"));
    let done = command.env("HOME", tree.path()).env("RESTIC_PASSWORD", password).stderr(Stdio::inherit()).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    let summary = said.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let id = summary.filter_map(|line| line["snapshot_id"].as_str().map(str::to_owned)).next_back();
    id.unwrap_or_else(|| panic!("no snapshot: {said}"))
}
