use super::Jobs;

/// Notes which of the kept secrets the Swarm has no longer, and lets go of those that are gone for long. Without a reading nothing is
/// known, and so nothing is noted.
pub(super) async fn run(jobs: Jobs) {
    let swarm = jobs.feed.latest().swarm;
    if swarm.at == 0 {
        return;
    }
    let present = swarm.secrets.iter().map(|secret| secret.id.clone()).collect();
    if let Err(error) = jobs.store.sweep_escrow(present, jobs.store.clock().now()).await {
        tracing::error!(%error, "kept secrets could not be swept");
    }
}
