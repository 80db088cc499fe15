use super::Jobs;
use crate::store::chain::Checked;

/// Checks the whole chain and prints a checkpoint. Who keeps the process's log can prove later what the head was.
pub(super) async fn run(jobs: Jobs) {
    let found = match jobs.store.check_audit().await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "the audit log can't be checked");
            return;
        }
    };
    match &found {
        Checked::Whole { entries, head } => tracing::info!("audit checkpoint: {entries} {head}"),
        Checked::Broken { seq, why } => tracing::error!("the audit log was changed: entry {seq}: {why}"),
    }
    jobs.checked.keep(found, jobs.store.clock().now());
}
