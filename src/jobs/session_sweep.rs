use super::Jobs;

/// Removes sessions that are over, and links that are too old.
pub(super) async fn run(jobs: Jobs) {
    let now = jobs.store.clock().now();
    if let Err(error) = jobs.store.sweep_sessions(now).await {
        tracing::error!(%error, "old sessions could not be removed");
    }
    if let Err(error) = jobs.store.sweep_links(now).await {
        tracing::error!(%error, "old links could not be removed");
    }
}
