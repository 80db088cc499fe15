use super::Jobs;

/// Where the last write failed for want of room, tries whether one works again: nobody has to, and the pages then say so.
pub(super) async fn run(jobs: Jobs) {
    if jobs.store.waits_for_room() && jobs.store.try_to_write().await.is_ok() {
        tracing::info!("changes are written again");
        jobs.live.poke("apps");
    }
}
