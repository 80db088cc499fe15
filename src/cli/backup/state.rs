//! The state of the dashboard as a tree of files.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use canteen::backup::state::StateFile;
use canteen::ops::state::{DATABASE, gather};
use canteen::settings::Settings;

use crate::cli::serve::open_store;
use crate::cli::{runtime, say};

/// Writes everything into a folder that is empty, or is made.
pub(super) fn run(folder: &Path, settings: &Settings) -> anyhow::Result<()> {
    let shown = folder.display();
    // Settings may hold passwords.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(|| format!("{shown} can't be made"))?;
    if fs::read_dir(folder).with_context(|| format!("{shown} can't be read"))?.next().is_some() {
        bail!("{shown} holds something already; name an empty folder, or one that is not there yet");
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).with_context(|| format!("{shown} can't be closed to others"))?;
    let store = open_store(settings)?;
    let state = runtime()?.block_on(gather(&store, folder))?;
    let copy = folder.join(DATABASE);
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).with_context(|| format!("{}", copy.display()))?;
    let files = state.files();
    for file in &files {
        write(folder, file)?;
    }
    let secrets: usize = state.apps.iter().map(|app| app.secrets.len()).sum();
    say(&format!(
        "{shown}: the database, {} apps, {secrets} encrypted secrets; RECOVERY.md says what to do with them",
        state.apps.len()
    ));
    Ok(())
}

fn write(folder: &Path, file: &StateFile) -> anyhow::Result<()> {
    let path = folder.join(&file.path);
    let failed = || format!("{} can't be written", path.display());
    if let Some(parent) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).with_context(failed)?;
    }
    let mut new = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).with_context(failed)?;
    new.write_all(file.text.as_bytes()).and_then(|()| new.sync_all()).with_context(failed)
}
