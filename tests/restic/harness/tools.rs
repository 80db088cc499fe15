//! The programs that `scripts/restic.sh` brings.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The folder with all of them; fetched by the first test that asks.
fn folder() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let fetch = || {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/restic.sh");
        let done = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
        assert!(done.status.success(), "{script} failed");
        PathBuf::from(String::from_utf8(done.stdout).unwrap().trim())
    };
    FOLDER.get_or_init(fetch).clone()
}

/// 0.18, the engine.
pub(crate) fn new_restic() -> PathBuf {
    folder().join("new/usr/bin/restic")
}

/// 0.14, the reader.
pub(crate) fn old_restic() -> PathBuf {
    folder().join("old/usr/bin/restic")
}

pub(super) fn rest_server() -> PathBuf {
    folder().join("rest/usr/bin/restic-rest-server")
}

/// The root of the unpacked SSH server.
pub(super) fn ssh() -> PathBuf {
    folder().join("ssh")
}
