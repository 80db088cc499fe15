//! A folder that the dashboard and runners both work on.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::restic::AbsPath;

/// Whoever is in the group may do what the owner may, and what is made below belongs to the group too.
const FOLDER: u32 = 0o2770;
/// By these bits of `config` restic chooses the mode of each file that it adds (`DeriveModesFromFileInfo` in its backends).
const CONFIG: u32 = 0o440;

/// Lets the group of whoever made a repository read and change what others add to it. The dashboard makes repositories; runners add to
/// them as root, since nobody else can read every volume, and the dashboard could not read that otherwise. A disk that keeps no modes
/// keeps nobody out either, so what can't be set stays as it is.
pub(super) async fn share(repository: &AbsPath) {
    let top = PathBuf::from(repository.as_str());
    let _kept = tokio::fs::set_permissions(top.join("config"), Permissions::from_mode(CONFIG)).await;
    let mut folders = vec![top];
    while let Some(folder) = folders.pop() {
        let _kept = tokio::fs::set_permissions(&folder, Permissions::from_mode(FOLDER)).await;
        let Ok(mut entries) = tokio::fs::read_dir(&folder).await else { continue };
        while let Ok(Some(entry)) = entries.next_entry().await {
            if entry.file_type().await.is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
    }
}
