use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Jobs;
use crate::access::Grant;
use crate::clock::Millis;
use crate::commands::record::Record;
use crate::store::tally::Tried;

const LOOK: Duration = Duration::from_secs(5);

/// Writes down what was tried in vain and counted since; at the end all of it.
pub(super) async fn run(jobs: Jobs, stop: CancellationToken) {
    loop {
        let ending = stop.is_cancelled();
        let until = if ending { Millis::MAX } else { jobs.store.clock().now() };
        for Tried { actor, phase, particulars } in jobs.store.tally().due(until) {
            let written = jobs.store.commit(&Grant::record(actor), Record { phase, particulars }).await;
            if let Err(error) = written {
                tracing::error!(%error, "refusals could not be written down");
            }
        }
        if ending {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
