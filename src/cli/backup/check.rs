//! Whether a repository is sound.

use anyhow::{Context as _, bail};
use canteen::dashboard::{data_key, repositories};
use canteen::restic::{BackupEngine as _, CheckDepth, Watch};
use canteen::settings::Settings;

use crate::cli::serve::open_store;
use crate::cli::{complain, runtime, say};

/// Looks whether everything is there that snapshots need; with `read_data` it reads all of it as well. Damage is an error.
pub(super) fn run(name: &str, read_data: bool, settings: &Settings) -> anyhow::Result<()> {
    let store = open_store(settings)?;
    runtime()?.block_on(async {
        let all = store.repositories().await?;
        let names = all.iter().map(|kept| kept.name.as_str()).collect::<Vec<_>>().join(", ");
        let kept = all.iter().find(|kept| kept.name == name);
        let kept = kept.with_context(|| format!("there is no repository {name}; there are: {names}"))?;
        let engine = repositories(settings, data_key(settings, &store).await?).engine(kept)?;
        let depth = if read_data { CheckDepth::Data } else { CheckDepth::Structure };
        let found = engine.check(depth, &Watch::nobody()).await?;
        if found.is_sound() {
            say(&format!("{name}: nothing is wrong"));
            return Ok(());
        }
        for problem in found.problems.iter().chain(&found.broken_packs) {
            complain(problem);
        }
        bail!("{name} is damaged");
    })
}
