//! Files to be stored, and everything that can be told of files.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

/// Bytes that can't be packed, always the same for the same seed.
pub(crate) fn noise(seed: u8, megabytes: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(megabytes << 20);
    let mut number = 0_u64;
    while bytes.len() < megabytes << 20 {
        bytes.extend_from_slice(&Sha256::new().chain_update([seed]).chain_update(number.to_be_bytes()).finalize());
        number += 1;
    }
    bytes
}

/// Files of every kind, with owners, modes, odd names and times of a database and an upload folder.
pub(crate) fn rich_tree(root: &Path) {
    fs::create_dir_all(root.join("base/deep/deeper")).unwrap();
    fs::create_dir_all(root.join("empty")).unwrap();
    let write = |name: &Path, bytes: &[u8]| fs::write(root.join(name), bytes).unwrap();
    write(Path::new("backup.sql"), b"create table otters;\n");
    write(Path::new("base/1"), &noise(1, 1));
    write(Path::new("base/deep/deeper/leaf"), b"x");
    write(Path::new("nothing"), b"");
    write(Path::new("a*b [1]\\ $HOME 'quoted' \"twice\""), b"odd");
    write(Path::new("-rf"), b"odd");
    write(Path::new(&"l".repeat(255)), b"long");
    write(&PathBuf::from(std::ffi::OsString::from_vec(b"no\xffutf8".to_vec())), b"odd");
    write(Path::new("new\nline"), b"odd");
    write(Path::new("tool"), b"#!/bin/sh\n");
    fs::hard_link(root.join("backup.sql"), root.join("base/same.sql")).unwrap();
    symlink("backup.sql", root.join("link")).unwrap();
    symlink("/nowhere/at all", root.join("broken")).unwrap();
    let sparse = File::create(root.join("sparse")).unwrap();
    sparse.set_len(5 << 20).unwrap();
    (&sparse).write_all(b"begin").unwrap();
    chown(root.join("base"), Some(70), Some(70)).unwrap();
    chown(root.join("base/1"), Some(70), Some(71)).unwrap();
    lchown(root.join("link"), Some(1234), Some(1234)).unwrap();
    chown(root, Some(999), Some(70)).unwrap();
    for (name, mode) in
        [("tool", 0o4755), ("nothing", 0o000), ("base", 0o2700), ("empty", 0o1777), ("backup.sql", 0o640), ("", 0o700)]
    {
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    for (name, seconds) in
        [("backup.sql", 1_000_000_000), ("nothing", 7_258_118_400), ("base/deep", 12), ("base", 1_600_000_000), ("", 1_500_000_000)]
    {
        let at = UNIX_EPOCH + Duration::new(seconds, 123_456_789);
        File::open(root.join(name)).unwrap().set_modified(at).unwrap();
    }
}

/// A line for each file: all that must be the same after it was put back.
pub(crate) fn told(root: &Path) -> Vec<String> {
    let mut lines = vec![];
    let mut left = vec![root.to_owned()];
    while let Some(path) = left.pop() {
        let meta = fs::symlink_metadata(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().as_os_str().as_bytes().escape_ascii().to_string();
        let content = match meta.file_type() {
            kind if kind.is_symlink() => format!("-> {}", fs::read_link(&path).unwrap().display()),
            kind if kind.is_file() => {
                let hash = Sha256::digest(fs::read(&path).unwrap());
                hash.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
            }
            _ => String::new(),
        };
        let changed = if meta.is_symlink() { String::new() } else { format!("{}.{:09}", meta.mtime(), meta.mtime_nsec()) };
        let names = if meta.is_dir() { 0 } else { meta.nlink() };
        lines.push(format!("{name} {:o} {}:{} {changed} {names} {content}", meta.mode(), meta.uid(), meta.gid()));
        if meta.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    lines.sort();
    lines
}
