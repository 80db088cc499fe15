//! What a snapshot says of the app beside its files, for whoever reads it without us.

use serde_json::{Map, Value, json};

use super::{Assignment, HookReport};
use crate::restic::{AbsPath, BadPath};

/// Where it lies in the runner, and so in the snapshot.
///
/// # Errors
/// The stack's name makes no path.
pub fn path(stack: &str) -> Result<AbsPath, BadPath> {
    AbsPath::new(&format!("/backup/{stack}/manifest.json"))
}

/// Writes it. What a hook wrote is not in it: that may be anything.
pub(super) async fn write(assignment: &Assignment, hooks: &[HookReport]) -> std::io::Result<AbsPath> {
    let path = path(&assignment.stack).map_err(std::io::Error::other)?;
    let mut all: Map<String, Value> = assignment.about.clone();
    all.insert("run".to_owned(), assignment.run.clone().into());
    all.insert("stack".to_owned(), assignment.stack.clone().into());
    let volumes = assignment.volumes.iter().map(|v| json!({ "name": v.name, "paths": v.paths }));
    all.insert("volumes".to_owned(), volumes.collect());
    let hooks =
        hooks.iter().map(|h| json!({ "service": h.service, "code": h.code, "fault": h.fault, "milliseconds": h.milliseconds }));
    all.insert("hooks".to_owned(), hooks.collect());
    if let Some((folder, _name)) = path.split() {
        tokio::fs::create_dir_all(&folder).await?;
    }
    tokio::fs::write(&path, serde_json::to_vec_pretty(&all)?).await?;
    Ok(path)
}
