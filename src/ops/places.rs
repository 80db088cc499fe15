//! How many operations run at once. Commands have places of their own: each may go on for an hour, and no deploy shall wait for one.

use std::collections::HashMap;

/// Operations that run at once, commands aside.
const AT_ONCE: usize = 4;
/// Commands that run at once.
const COMMANDS_AT_ONCE: usize = 2;

/// Operations that wait for the same places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    Commands,
    Others,
}

impl Queue {
    /// That of an operation of this kind.
    pub fn of(kind: &str) -> Self {
        if kind == "command" { Self::Commands } else { Self::Others }
    }

    /// So many of it run at once.
    pub const fn places(self) -> usize {
        match self {
            Self::Commands => COMMANDS_AT_ONCE,
            Self::Others => AT_ONCE,
        }
    }
}

/// The operations that have a place.
#[derive(Debug, Default)]
pub(super) struct Taken(HashMap<i32, Queue>);

impl Taken {
    /// Whether the operation was given a place; not if it has one already. Who is `beyond` needs no free one.
    pub(super) fn take(&mut self, id: i32, kind: &str, beyond: bool) -> bool {
        let queue = Queue::of(kind);
        let free = self.0.values().filter(|q| **q == queue).count() < queue.places();
        if (!free && !beyond) || self.0.contains_key(&id) {
            return false;
        }
        self.0.insert(id, queue);
        true
    }

    /// Its place is free again.
    pub(super) fn leave(&mut self, id: i32) {
        self.0.remove(&id);
    }
}
