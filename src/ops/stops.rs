//! Telling a command that runs in a container to end. In memory only: what runs dies with the process that waits for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// Operations that run something which can be stopped.
#[derive(Default)]
pub struct Stops(Mutex<HashMap<i32, CancellationToken>>);

/// An operation that can be stopped, as long as this lives.
pub struct Stoppable<'a> {
    stops: &'a Stops,
    operation: i32,
    /// Is cancelled when somebody stops it.
    pub asked: CancellationToken,
}

impl Stops {
    /// From now on the operation can be stopped.
    pub fn begin(&self, operation: i32) -> Stoppable<'_> {
        let asked = CancellationToken::new();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(operation, asked.clone());
        Stoppable { stops: self, operation, asked }
    }

    /// Whether the operation runs something that nobody has stopped yet.
    pub fn can_stop(&self, operation: i32) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&operation).is_some_and(|asked| !asked.is_cancelled())
    }

    /// Stops it. `false` if there is nothing to stop.
    pub fn stop(&self, operation: i32) -> bool {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&operation).map(CancellationToken::cancel).is_some()
    }
}

impl Drop for Stoppable<'_> {
    fn drop(&mut self) {
        self.stops.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.operation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_can_be_stopped_once_and_what_has_ended_can_not() {
        let stops = Stops::default();
        let running = stops.begin(7);
        assert!(stops.can_stop(7) && !stops.can_stop(8) && !stops.stop(8));
        assert!(stops.stop(7) && running.asked.is_cancelled() && !stops.can_stop(7));
        drop(running);
        assert!(!stops.stop(7));
    }
}
