//! What restic is told, word by word. Values stand behind their own option or behind `--`, so that none is taken for an option.

use std::path::Path;
use std::time::Duration;

use crate::restic::{AbsPath, BackupWish, CheckDepth, Credentials, Place, Repository, RestoreWish, Selection, SnapshotId, Surplus};

/// The arguments of one call.
pub(super) type Arguments = Vec<String>;

fn words<const N: usize>(words: [&str; N]) -> Arguments {
    words.map(str::to_owned).to_vec()
}

/// How the repository is reached; before every command. `papers` is where key and known host of ssh lie.
pub(super) fn reach(repository: &Repository, papers: &Path, cache: Option<&Path>) -> Arguments {
    let mut all = words(["--json", "--repo", &repository.place().address()]);
    match cache.and_then(Path::to_str) {
        Some(folder) => all.extend(words(["--cache-dir", folder])),
        None => all.push("--no-cache".to_owned()),
    }
    match (repository.place(), repository.credentials()) {
        (Place::S3 { region, .. }, _) if !region.is_empty() => all.extend(["-o".to_owned(), format!("s3.region={region}")]),
        (Place::Sftp { user, host, port, .. }, Credentials::Sftp { .. }) => {
            all.extend(["-o".to_owned(), format!("sftp.command={}", ssh(user, host, *port, papers))]);
        }
        _ => {}
    }
    all
}

/// The command that restic splits at blanks outside of `'`, and starts without a shell (`SplitShellStrings` in its `internal/backend`).
/// A `"` or a comma would mean something to its reader of options. ssh asks nobody anything, reads no file of anybody's, and trusts one key.
fn ssh(user: &str, host: &str, port: u16, papers: &Path) -> String {
    let file = |name: &str| papers.join(name).display().to_string();
    let (key, known) = (format!("IdentityFile={}", file("key")), format!("UserKnownHostsFile={}", file("known_hosts")));
    let options = [
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "StrictHostKeyChecking=yes",
        "GlobalKnownHostsFile=/dev/null",
        "ConnectTimeout=20",
        "ServerAliveInterval=30",
        "ServerAliveCountMax=4",
        &key,
        &known,
    ];
    let options = options.map(|option| format!("-o '{option}'")).join(" ");
    format!("ssh -F /dev/null {options} -l '{user}' -p {port} -s -- '{host}' sftp")
}

fn seconds(time: Duration) -> String {
    format!("{}s", time.as_secs())
}

pub(super) fn version() -> Arguments {
    words(["version", "--json"])
}

pub(super) fn init() -> Arguments {
    words(["init", "--repository-version", "2"])
}

pub(super) fn config() -> Arguments {
    words(["cat", "config", "--no-lock"])
}

pub(super) fn snapshots(which: &Selection) -> Arguments {
    let mut all = words(["snapshots", "--no-lock"]);
    if let Some(host) = &which.host {
        all.push(format!("--host={host}"));
    }
    if let Some(app) = &which.app {
        all.push(format!("--tag=app={app}"));
    }
    all
}

pub(super) fn snapshot(id: &SnapshotId) -> Arguments {
    words(["snapshots", "--no-lock", "--", id.as_str()])
}

pub(super) fn list(snapshot: &SnapshotId, folder: &AbsPath) -> Arguments {
    words(["ls", "--no-lock", "--", snapshot.as_str(), folder.as_str()])
}

pub(super) fn backup(wish: &BackupWish, lock: Duration) -> Arguments {
    let mut all = words(["backup", "--retry-lock", &seconds(lock)]);
    all.push(format!("--host={}", wish.host));
    all.push(format!("--tag={}", wish.tags.words().join(",")));
    if let Some(parent) = &wish.parent {
        all.push(format!("--parent={parent}"));
    }
    all.push("--".to_owned());
    all.extend(wish.paths.iter().map(ToString::to_string));
    all
}

/// For a whole folder, restic works on the folder that it lies in: the top of what restic works on keeps its owner and mode, and those
/// of the folder have to come back.
pub(super) fn restore(wish: &RestoreWish, dry: bool) -> Arguments {
    let mut all = words(["restore", "--no-lock"]);
    all.extend(if dry { words(["--dry-run", "-vv"]) } else { words(["--verify", "-v"]) });
    let (from, into, include) = match (wish.from.split(), wish.into.split()) {
        (Some((from, name)), Some((into, _))) if wish.paths.is_empty() => (from, into, vec![pattern(name)]),
        _ => (wish.from.clone(), wish.into.clone(), wish.paths.iter().map(|path| pattern(path)).collect()),
    };
    // A pattern is always given, so that --delete can never speak of more than the folder.
    if wish.surplus == Surplus::Remove && wish.paths.is_empty() {
        all.push("--delete".to_owned());
    }
    all.extend(include.iter().map(|pattern| format!("--include={pattern}")));
    all.extend([format!("--target={into}"), "--".to_owned(), format!("{}:{from}", wish.snapshot)]);
    all
}

/// A pattern that means this path alone, from the top of what is restored.
fn pattern(path: &str) -> String {
    let mut pattern = "/".to_owned();
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

pub(super) fn dump(snapshot: &SnapshotId, path: &AbsPath) -> Arguments {
    words(["dump", "--no-lock", "--archive", "tar", "--", snapshot.as_str(), path.as_str()])
}

pub(super) fn stats() -> Arguments {
    words(["stats", "--no-lock", "--mode", "raw-data"])
}

pub(super) fn check(depth: CheckDepth, lock: Duration) -> Arguments {
    let mut all = words(["check", "--retry-lock", &seconds(lock)]);
    match depth {
        CheckDepth::Structure => {}
        CheckDepth::Part { part, of } => all.push(format!("--read-data-subset={part}/{of}")),
        CheckDepth::Data => all.push("--read-data".to_owned()),
    }
    all
}

pub(super) fn forget(snapshots: &[SnapshotId], lock: Duration) -> Arguments {
    let mut all = words(["forget", "--retry-lock", &seconds(lock), "--"]);
    all.extend(snapshots.iter().map(ToString::to_string));
    all
}

pub(super) fn prune(lock: Duration) -> Arguments {
    words(["prune", "--retry-lock", &seconds(lock)])
}

pub(super) fn locks() -> Arguments {
    words(["list", "locks", "--no-lock"])
}

pub(super) fn lock(id: &str) -> Arguments {
    words(["cat", "lock", "--no-lock", "--", id])
}

pub(super) fn unlock() -> Arguments {
    words(["unlock", "--remove-all"])
}

#[cfg(test)]
mod tests;
