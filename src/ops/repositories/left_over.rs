use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::clock::Millis;
use crate::restic::{BackupEngine, BackupError, Lock, UnlockProof, own_host};
use crate::store::{Store, StoreError};

/// restic renews a lock every five minutes, so one that is older than this is of nobody who works. It goes only if it is ours as well.
const OLD: Millis = 30 * 60 * 1000;

/// Removes locks that processes of ours left, which were killed. Gives the hosts of locks that stay. Nobody of ours may be in the
/// repository meanwhile.
///
/// # Errors
/// The repository does not answer, or the database can't be read.
pub async fn remove_left_over(store: &Store, engine: &impl BackupEngine) -> Result<Vec<String>, LeftOver> {
    let locks = engine.locks().await?;
    if locks.is_empty() {
        return Ok(vec![]);
    }
    let known = Known {
        ended: ended(store, &locks).await?,
        earlier: store.dashboard_hosts().await?.into_iter().collect(),
        here: own_host(),
        now: store.clock().now(),
    };
    let finished = known.finished(&locks, |pid| Path::new(&format!("/proc/{pid}")).exists());
    match UnlockProof::new(&locks, &finished) {
        Ok(proof) => {
            engine.unlock(&proof).await?;
            Ok(vec![])
        }
        Err(_alive) => Ok(locks.into_iter().map(|lock| lock.host).filter(|host| !finished.contains(host)).collect()),
    }
}

/// Left-over locks could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LeftOver {
    #[error(transparent)]
    Repository(#[from] BackupError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What tells whether somebody who holds a lock is still there.
struct Known {
    /// Runners whose operation has ended.
    ended: BTreeSet<String>,
    /// Where the dashboard ran before, or runs.
    earlier: BTreeSet<String>,
    here: String,
    now: Millis,
}

impl Known {
    /// Hosts all of whose locks are left over.
    fn finished(&self, locks: &[Lock], runs: impl Fn(u32) -> bool) -> BTreeSet<String> {
        let mut hosts: BTreeMap<&str, bool> = BTreeMap::new();
        for lock in locks {
            let left = if lock.host == self.here {
                // The same machine, or the same container: its processes can be asked for.
                self.earlier.contains(&lock.host) && !runs(lock.pid)
            } else {
                // A runner on a node that is cut off may go on for a while after its operation was given up.
                (self.ended.contains(&lock.host) || self.earlier.contains(&lock.host)) && lock.time < self.now - OLD
            };
            *hosts.entry(&lock.host).or_insert(true) &= left;
        }
        hosts.into_iter().filter(|(_, left)| *left).map(|(host, _)| host.to_owned()).collect()
    }
}

/// Hosts of locks that are runners of operations which have ended.
async fn ended(store: &Store, locks: &[Lock]) -> Result<BTreeSet<String>, StoreError> {
    let live: BTreeSet<i32> = store.live_operations().await?.into_iter().map(|operation| operation.id).collect();
    let mut found = BTreeSet::new();
    for lock in locks {
        let Some(id) = operation_of(&lock.host) else { continue };
        if !live.contains(&id) && store.operation(id).await?.is_some() {
            found.insert(lock.host.clone());
        }
    }
    Ok(found)
}

/// The operation of a runner of this name.
fn operation_of(host: &str) -> Option<i32> {
    let (operation, number) = host.strip_prefix("canteen-run-")?.split_once('-')?;
    number.parse::<u32>().ok()?;
    operation.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_795_000_000_000;

    fn lock(host: &str, pid: u32, minutes: i64) -> Lock {
        Lock {
            id: format!("{host}{pid}"),
            host: host.into(),
            user: "root".into(),
            pid,
            time: NOW - minutes * 60_000,
            exclusive: false,
        }
    }

    #[test]
    fn only_locks_of_ours_whose_process_is_gone_are_left_over() {
        let known = Known {
            ended: BTreeSet::from(["canteen-run-7-1".to_owned()]),
            earlier: BTreeSet::from(["before".to_owned(), "here".to_owned()]),
            here: "here".to_owned(),
            now: NOW,
        };
        let finished = |locks: &[Lock]| known.finished(locks, |pid| pid == 42).len();
        for (locks, count) in [
            (vec![lock("canteen-run-7-1", 1, 31)], 1),
            (vec![lock("canteen-run-7-1", 1, 29)], 0),
            (vec![lock("canteen-run-8-1", 1, 500)], 0),
            (vec![lock("before", 1, 31), lock("before", 2, 1)], 0),
            (vec![lock("before", 1, 31)], 1),
            (vec![lock("here", 43, 0)], 1),
            (vec![lock("here", 42, 500)], 0),
            (vec![lock("laptop", 1, 500)], 0),
        ] {
            assert_eq!(finished(&locks), count, "{locks:?}");
        }
        assert_eq!(operation_of("canteen-run-12-101"), Some(12));
        assert_eq!(["canteen-run-12", "canteen-run-x-1", "laptop"].map(operation_of), [None; 3]);
    }
}
