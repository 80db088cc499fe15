//! What backups of an app made.

use anyhow::Context as _;
use canteen::clock::utc;
use canteen::settings::Settings;

use crate::cli::serve::open_store;
use crate::cli::{runtime, say};

/// So many are told, the newest first.
const TOLD: i64 = 1000;

/// Prints a line for each: when, how it ended, why it was made, files, bytes, repository, node, restic's id.
pub(super) fn run(app: &str, settings: &Settings) -> anyhow::Result<()> {
    let store = open_store(settings)?;
    let runs = runtime()?.block_on(async {
        let app = store.app(app).await?.with_context(|| format!("there is no app {app}"))?;
        anyhow::Ok(store.backup_runs(app.id, TOLD).await?)
    })?;
    for run in runs {
        let stays = match (&run.gone, &run.pinned) {
            (Some(_), _) => "given up",
            (None, Some(_)) => "kept for good",
            (None, None) => "",
        };
        let fields = [
            utc(run.ended),
            run.outcome,
            run.kind,
            run.files.to_string(),
            run.bytes.to_string(),
            run.repository.1,
            run.node,
            run.snapshot,
            stays.to_owned(),
        ];
        say(fields.join("\t").trim_end());
    }
    Ok(())
}
