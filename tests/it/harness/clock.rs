use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use canteen::clock::{Clock, Millis, SystemClock};

/// The machine's clock, which a test may put forward. It never stands still: the feed waits for readings that are newer than now.
#[derive(Default)]
pub(crate) struct Ahead(AtomicI64);

impl Ahead {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Puts the clock forward.
    pub(crate) fn advance(&self, by: Millis) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> Millis {
        SystemClock.now() + self.0.load(Ordering::SeqCst)
    }
}
