//! Settings out of the database, byte for byte.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use canteen::settings::Settings;

use super::SERVERS;
use crate::cli::serve::open_store;
use crate::cli::{complain, runtime, say};

/// Writes a file for each app. One that is there already and says something else is left alone, and named.
pub(super) fn run(folder: &Path, server: &str, settings: &Settings) -> anyhow::Result<()> {
    if server.is_empty() || server.starts_with('.') || server.contains('/') {
        bail!("{server:?} is no name of a folder; give --server the name that abra knows the server by");
    }
    let store = open_store(settings)?;
    let folder = folder.join(SERVERS).join(server);
    // Settings may hold passwords.
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.with_context(|| format!("{} can't be made", folder.display()))?;
    runtime()?.block_on(async {
        let (mut written, mut refused) = (0, 0);
        for app in store.apps().await? {
            let revision = store.env_revision(app.id, app.env_number).await?;
            let text = revision.with_context(|| format!("the app {} has no settings", app.name))?.text;
            let path = folder.join(format!("{}.env", app.name));
            match write(&path, &text)? {
                Written::Now => written += 1,
                Written::Before => {}
                Written::Differs => {
                    complain(&format!("{}: is there already and differs; move it away first", path.display()));
                    refused += 1;
                }
            }
        }
        say(&format!("{written} written to {}", folder.display()));
        if refused > 0 {
            bail!("{refused} not written");
        }
        Ok(())
    })
}

enum Written {
    Now,
    Before,
    Differs,
}

fn write(path: &Path, text: &str) -> anyhow::Result<Written> {
    let failed = || format!("{} can't be written", path.display());
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(failed)?;
            Ok(Written::Now)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let same = fs::read(path).with_context(|| format!("{} can't be read", path.display()))? == text.as_bytes();
            Ok(if same { Written::Before } else { Written::Differs })
        }
        Err(error) => Err(error).with_context(failed),
    }
}
