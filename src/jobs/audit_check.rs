use std::time::Duration;

use super::Jobs;
use crate::signer::{Signer, is_signed};
use crate::store::chain::Checked;
use crate::store::checkpoints;

/// What is new is checked so often.
const EACH: Duration = Duration::from_mins(1);
/// All of it is checked in every so many rounds: once an hour, and at the start.
const WHOLE_EVERY: u32 = 60;

/// Checks the log: all of it at the start and once an hour, against checkpoints too, and what is new every minute.
pub(super) async fn run(jobs: Jobs) {
    for round in (0..WHOLE_EVERY).cycle() {
        let before = jobs.checked.last().map(|(found, _at)| found);
        let found = match before {
            Some(Checked::Whole { entries, head }) if round > 0 => jobs.store.check_audit_after(entries, head).await,
            Some(broken @ Checked::Broken { .. }) if round > 0 => Ok(broken),
            _ => jobs.store.check_audit_against(marks(&jobs)).await,
        };
        match found {
            Ok(found) => {
                if let Checked::Broken { seq, why } = &found {
                    tracing::error!("the audit log was changed: entry {seq}: {why}");
                }
                jobs.checked.keep(found, jobs.store.clock().now());
            }
            Err(error) => tracing::error!(%error, "the audit log can't be checked"),
        }
        tokio::time::sleep(EACH).await;
    }
}

/// What the checkpoints beside the database say. One with a signature that our key did not make says nothing.
fn marks(jobs: &Jobs) -> Vec<(i64, String)> {
    let key = Signer::open(&jobs.data).ok().flatten().map(|signer| signer.public()).unwrap_or_default();
    let ours = |mark: &checkpoints::Checkpoint| match &mark.signature {
        Some(signature) => is_signed(&key, &mark.statement(), signature),
        None => true,
    };
    let all = checkpoints::read(&checkpoints::file(&jobs.data)).unwrap_or_default();
    all.into_iter().filter(ours).map(|mark| (mark.seq, mark.hash)).collect()
}
