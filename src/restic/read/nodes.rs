//! The lines of `ls --json`.

use serde::Deserialize;

use super::milliseconds;
use crate::restic::{Entry, EntryKind};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Node {
    struct_type: String,
    name: String,
    path: String,
    r#type: String,
    size: u64,
    mtime: String,
    permissions: String,
    uid: u32,
    gid: u32,
}

/// One line. `None` for the first, which is the snapshot.
///
/// # Errors
/// It is no object of JSON.
pub(in crate::restic) fn node(line: &str) -> Result<Option<Entry>, serde_json::Error> {
    let node: Node = serde_json::from_str(line)?;
    let kind = match node.r#type.as_str() {
        "file" => EntryKind::File,
        "dir" => EntryKind::Folder,
        "symlink" => EntryKind::Link,
        _ => EntryKind::Other,
    };
    Ok((node.struct_type == "node").then(|| Entry {
        name: node.name,
        path: node.path,
        kind,
        size: node.size,
        changed: milliseconds(&node.mtime),
        permissions: node.permissions,
        uid: node.uid,
        gid: node.gid,
    }))
}
