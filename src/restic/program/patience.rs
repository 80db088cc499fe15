//! How long things may take.

use std::time::Duration;

/// How long things may take. restic itself goes on trying for a quarter of an hour when nobody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the first look, which tells whether anybody answers.
    pub answer: Duration,
    /// For reading what can be long: a folder, sizes.
    pub read: Duration,
    /// For others to let go of their locks.
    pub lock: Duration,
    /// For a backup or a restore that does not come further.
    pub stall: Duration,
    /// For ending once it was told to.
    pub grace: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            read: Duration::from_mins(10),
            lock: Duration::from_mins(15),
            stall: Duration::from_mins(30),
            grace: Duration::from_secs(20),
        }
    }
}
