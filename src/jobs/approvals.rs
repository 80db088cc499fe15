use super::Jobs;

/// Begins what has the approval that it needs, and ends what did not get it in time.
pub(super) async fn run(jobs: Jobs) {
    if let Err(error) = jobs.release.look().await {
        tracing::error!(%error, "requests for approval could not be looked at");
    }
}
