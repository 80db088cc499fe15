use super::Jobs;

/// Asks for updates of apps whose policy and window say so.
pub(super) async fn run(jobs: Jobs) {
    // What was approved for this window begins before anything newer is asked for in its place.
    super::approvals::run(jobs.clone()).await;
    if let Err(error) = jobs.updates.look().await {
        tracing::error!(%error, "updates could not be looked at");
    }
}
