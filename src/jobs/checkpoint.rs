use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Jobs;
use crate::clock::Millis;
use crate::signer::Signer;
use crate::store::checkpoints::{self, Checkpoint};

/// Between two looks whether one is due.
const LOOK: Duration = Duration::from_secs(5);
/// One after so many entries …
const EVERY_ENTRIES: i64 = 100;
/// … or after so long a time, where there are new ones.
const EVERY_MS: Millis = 15 * 60 * 1000;

/// Writes checkpoints into the process's log and into the file beside the database. Who keeps either can prove later what the newest
/// entry was.
pub(super) async fn run(jobs: Jobs, stop: CancellationToken) {
    let signer = Signer::open_or_make(&jobs.data);
    if let Err(error) = &signer {
        tracing::error!(%error, "checkpoints of the audit log are not signed");
    }
    let (signer, path) = (signer.ok(), checkpoints::file(&jobs.data));
    let mut last = checkpoints::read(&path).ok().and_then(|all| all.last().map(|mark| mark.seq)).unwrap_or_default();
    let mut at = 0;
    loop {
        let ending = stop.is_cancelled();
        let now = jobs.store.clock().now();
        match jobs.store.audit_head().await {
            Ok((seq, hash)) if seq != last && (ending || seq >= last + EVERY_ENTRIES || now >= at + EVERY_MS) => {
                let mut mark = Checkpoint { seq, hash, signature: None };
                mark.signature = signer.as_ref().map(|signer| signer.sign(&mark.statement()));
                tracing::info!("{}", mark.logged());
                if let Err(error) = checkpoints::add(&path, &mark) {
                    tracing::error!(%error, "a checkpoint of the audit log could not be kept");
                }
                (last, at) = (seq, now);
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the head of the audit log can't be read"),
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
