use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{
    approvals, audit_check, backup_watch, catalogue_refresh, checkpoint, escrow_sweep, mail_send, pages_poke, repository_upkeep,
    room, session_sweep, tally, update_watch,
};
use crate::clock::Millis;
use crate::engine::feed::Feed;
use crate::mail::Post;
use crate::ops::Live;
use crate::ops::release::Release;
use crate::ops::repositories::Repositories;
use crate::ops::updates::Watch;
use crate::shelf::Shelf;
use crate::store::{AuditCheck, Store};

const SWEEP_EVERY: Duration = Duration::from_mins(10);
const CATALOGUE_EVERY: Duration = Duration::from_hours(6);
const ROOM_EVERY: Duration = Duration::from_secs(5);
/// A window is hours long, so nothing is missed by looking so seldom.
const UPDATES_EVERY: Duration = Duration::from_mins(1);
/// Schedules speak of minutes.
const BACKUPS_EVERY: Duration = Duration::from_secs(30);
/// An approval that is given begins its operation at once; this is for what time brings, and for what was busy.
const APPROVALS_EVERY: Duration = Duration::from_secs(20);
/// Whoever waits for a link looks at the letter box again and again.
const MAIL_EVERY: Duration = Duration::from_secs(5);

/// What jobs reach.
#[derive(Clone)]
pub struct Jobs {
    /// The data folder.
    pub data: PathBuf,
    pub store: Store,
    pub shelf: Shelf,
    pub feed: Arc<Feed>,
    pub live: Arc<Live>,
    pub catalogue: String,
    pub local_recipes: Option<PathBuf>,
    pub checked: AuditCheck,
    pub updates: Watch,
    pub release: Release,
    /// Where backups go.
    pub repositories: Repositories,
    pub post: Post,
    /// Rings the runner.
    pub bell: Arc<Notify>,
    /// When the dashboard was started.
    pub up_since: Millis,
}

/// Runs all jobs until they are stopped. The feed of readings has a stop of its own, for operations need it to the end.
pub async fn run(jobs: Jobs, stop: CancellationToken, stop_reading: CancellationToken) {
    let tracker = TaskTracker::new();
    tracker.spawn(Arc::clone(&jobs.feed).run(stop_reading));
    tracker.spawn(stop.clone().run_until_cancelled_owned(pages_poke::run(jobs.clone())));
    tracker.spawn(stop.clone().run_until_cancelled_owned(every(SWEEP_EVERY, jobs.clone(), session_sweep::run)));
    tracker.spawn(stop.clone().run_until_cancelled_owned(every(SWEEP_EVERY, jobs.clone(), escrow_sweep::run)));
    tracker.spawn(stop.clone().run_until_cancelled_owned(every(CATALOGUE_EVERY, jobs.clone(), catalogue_refresh::run)));
    tracker.spawn(stop.clone().run_until_cancelled_owned(every(MAIL_EVERY, jobs.clone(), mail_send::run)));
    tracker.spawn(stop.clone().run_until_cancelled_owned(every(UPDATES_EVERY, jobs.clone(), update_watch::run)));
    tracker.spawn(stop.clone().run_until_cancelled_owned(every(BACKUPS_EVERY, jobs.clone(), backup_watch::run)));
    tracker.spawn(stop.clone().run_until_cancelled_owned(every(APPROVALS_EVERY, jobs.clone(), approvals::run)));
    tracker.spawn(stop.clone().run_until_cancelled_owned(repository_upkeep::run(jobs.clone())));
    tracker.spawn(stop.clone().run_until_cancelled_owned(audit_check::run(jobs.clone())));
    tracker.spawn(stop.clone().run_until_cancelled_owned(every(ROOM_EVERY, jobs.clone(), room::run)));
    tracker.spawn(tally::run(jobs.clone(), stop.clone()));
    tracker.spawn(checkpoint::run(jobs, stop));
    tracker.close();
    tracker.wait().await;
}

async fn every<F, R>(pause: Duration, jobs: Jobs, job: F)
where
    F: Fn(Jobs) -> R,
    R: Future<Output = ()>,
{
    loop {
        job(jobs.clone()).await;
        tokio::time::sleep(pause).await;
    }
}
