//! Locks of a repository, and which of them may be removed.

use std::collections::BTreeSet;

/// Somebody works on the repository, or did and died.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lock {
    pub id: String,
    /// The machine's name, as it calls itself: for a runner of ours, that of its container.
    pub host: String,
    pub user: String,
    pub pid: u32,
    /// Milliseconds since 1970 (UTC); a lock that is alive is renewed every few minutes.
    pub time: i64,
    /// Nobody else may work there meanwhile.
    pub exclusive: bool,
}

/// Proof that all locks of a repository are left over. restic itself can't tell: it asks for the process by its number, and in another
/// container each number means another process. So a lock goes only if it was taken under a hostname that no process has any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlockProof {
    locks: BTreeSet<String>,
}

impl UnlockProof {
    /// `finished` are hostnames of runs of ours that are known to have ended; each run has its own.
    ///
    /// # Errors
    /// The first lock that is somebody else's, or of a run that may be alive.
    pub fn new<'a>(locks: &'a [Lock], finished: &BTreeSet<String>) -> Result<Self, &'a Lock> {
        match locks.iter().find(|lock| !finished.contains(&lock.host)) {
            Some(alive) => Err(alive),
            None => Ok(Self { locks: locks.iter().map(|lock| lock.id.clone()).collect() }),
        }
    }

    /// Whether it speaks of this lock.
    pub fn covers(&self, lock: &Lock) -> bool {
        self.locks.contains(&lock.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(id: &str, host: &str) -> Lock {
        Lock { id: id.into(), host: host.into(), user: "root".into(), pid: 1, time: 0, exclusive: false }
    }

    #[test]
    fn only_locks_of_finished_runs_are_proven_to_be_left_over() {
        let finished = BTreeSet::from(["run-1".to_owned(), "run-2".to_owned()]);
        let ours = [lock("a", "run-1"), lock("b", "run-2")];
        let proof = UnlockProof::new(&ours, &finished).unwrap();
        assert!(proof.covers(&ours[0]) && !proof.covers(&lock("c", "run-1")));
        let mixed = [lock("a", "run-1"), lock("b", "laptop")];
        assert_eq!(UnlockProof::new(&mixed, &finished).unwrap_err().host, "laptop");
    }
}
