//! What is to be read of the volumes, looked at before restic reads it.

use std::time::SystemTime;

use super::VolumeOrder;
use crate::restic::AbsPath;

/// Where the engine keeps volumes inside of a runner, wherever it keeps them outside: so that a snapshot can be put back by hand with
/// restic alone, at the place where volumes usually are.
pub(super) const VOLUMES: &str = "/var/lib/docker/volumes";

/// The folder of a volume of this full name, in a runner and in snapshots. `None` if no volume can be called so.
pub fn folder(volume: &str) -> Option<AbsPath> {
    AbsPath::new(&format!("{VOLUMES}/{volume}/_data")).ok()
}

/// The folder of all volumes, in a runner and in snapshots.
pub fn volumes_folder() -> Option<AbsPath> {
    AbsPath::new(VOLUMES).ok()
}

/// The full name of the volume that a path of a snapshot lies in.
pub fn volume_of(path: &AbsPath) -> Option<&str> {
    path.as_str().strip_prefix(VOLUMES)?.strip_prefix('/')?.split('/').next()
}

/// What is there to be stored, and what is wrong with the rest.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) paths: Vec<AbsPath>,
    pub(super) doubts: Vec<String>,
}

/// Looks at a volume. `since` is when the run began: what a hook wrote for it is not older.
pub(super) async fn look(order: &VolumeOrder, since: SystemTime) -> Found {
    let mut found = Found::default();
    let Some(folder) = folder(&order.name) else {
        found.doubts.push(format!("the volume {} has a name that can’t be a folder’s", order.name));
        return found;
    };
    let Some(paths) = &order.paths else {
        match tokio::fs::metadata(&folder).await {
            Ok(_) => found.paths.push(folder),
            Err(error) => found.doubts.push(format!("the volume {} can’t be read: {error}", order.name)),
        }
        return found;
    };
    for path in paths {
        let at = match folder.join(path) {
            Ok(at) => at,
            Err(error) => {
                found.doubts.push(format!("{path} in {}: {error}", order.name));
                continue;
            }
        };
        match tokio::fs::symlink_metadata(&at).await {
            Err(error) => found.doubts.push(format!("{path} in {} is not there: {error}", order.name)),
            Ok(there) => {
                if there.is_file() && there.len() == 0 {
                    found.doubts.push(format!("{path} in {} is empty", order.name));
                } else if there.is_file() && order.fresh && there.modified().is_ok_and(|at| at < since) {
                    found.doubts.push(format!("{path} in {} is older than this run: the hook did not write it", order.name));
                }
                found.paths.push(at);
            }
        }
    }
    found
}
