use std::time::Duration;

use super::Jobs;
use crate::ops::upkeep::{clear, round};

/// Between two looks when nobody asks.
const LOOK: Duration = Duration::from_mins(1);

/// Looks after repositories: when it is time, and when somebody asks.
pub(super) async fn run(jobs: Jobs) {
    clear(&jobs.store, &jobs.repositories).await;
    loop {
        match round(&jobs.store, &jobs.repositories).await {
            // There may be more; the next round looks at once.
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "repositories could not be looked after"),
        }
        tokio::select! {
            () = jobs.repositories.asked.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
