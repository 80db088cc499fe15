use super::Jobs;

/// Removes sessions that are over.
pub(super) async fn run(jobs: Jobs) {
    let now = jobs.store.clock().now();
    if let Err(error) = jobs.store.sweep_sessions(now).await {
        tracing::error!(%error, "old sessions could not be removed");
    }
}
