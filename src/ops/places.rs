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

    /// So many of it one member may have: one place is left to others, who would wait for minutes else. Commands are so few, and wait
    /// for nobody's deploy, that whoever comes first has them.
    const fn for_one(self) -> usize {
        match self {
            Self::Commands => COMMANDS_AT_ONCE,
            Self::Others => AT_ONCE - 1,
        }
    }

    /// So many of it run at once.
    pub const fn places(self) -> usize {
        match self {
            Self::Commands => COMMANDS_AT_ONCE,
            Self::Others => AT_ONCE,
        }
    }
}

/// The operations that have a place, each with the member who asked for it; none is the dashboard itself.
#[derive(Debug, Default)]
pub(super) struct Taken(HashMap<i32, (Queue, Option<i32>)>);

impl Taken {
    /// Whether the operation was given a place; not if it has one already. Who is `beyond` needs no free one.
    pub(super) fn take(&mut self, id: i32, kind: &str, owner: Option<i32>, beyond: bool) -> bool {
        let queue = Queue::of(kind);
        let all = self.0.values().filter(|(q, _)| *q == queue);
        let (taken, own) = all.fold((0, 0), |(taken, own), (_, whose)| (taken + 1, own + usize::from(*whose == owner)));
        let free = taken < queue.places() && own < queue.for_one();
        if (!free && !beyond) || self.0.contains_key(&id) {
            return false;
        }
        self.0.insert(id, (queue, owner));
        true
    }

    /// Its place is free again.
    pub(super) fn leave(&mut self, id: i32) {
        self.0.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_all_the_places() {
        let mut taken = Taken::default();
        let begun: Vec<i32> = (1..=6).filter(|id| taken.take(*id, "deploy", Some(1), false)).collect();
        assert_eq!(begun, [1, 2, 3]);
        assert!(taken.take(10, "deploy", Some(2), false), "the last place is for somebody else");
        assert!(!taken.take(11, "deploy", Some(3), false) && !taken.take(12, "deploy", None, false), "there are four");
        assert!(taken.take(11, "deploy", Some(3), true), "whoever is to be told no waits for nothing");
        taken.leave(11);
        taken.leave(1);
        assert!(!taken.take(2, "deploy", Some(1), false), "it has one");
        assert!(taken.take(4, "deploy", Some(1), false) && taken.take(5, "command", Some(1), false));
    }
}
