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
