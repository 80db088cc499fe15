use super::Jobs;

/// Asks for updates of apps whose policy and window say so.
pub(super) async fn run(jobs: Jobs) {
    if let Err(error) = jobs.updates.look().await {
        tracing::error!(%error, "updates could not be looked at");
    }
}
