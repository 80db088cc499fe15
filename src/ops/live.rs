//! Tells open pages that something changed. Only names of topics cross the wire; each page fetches its own fragment again, so what a
//! member may see is judged in one place.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::broadcast;

/// Pokes that a page may miss and still catch up with.
const KEPT: usize = 4096;
/// Pokes that a slow page may lag behind.
const QUEUE: usize = 1024;

/// One change: its number and what it was about (`apps`, `app-7`, `op-41` …).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poke {
    pub seq: u64,
    pub topic: String,
}

/// All pokes, numbered.
pub struct Live {
    sender: broadcast::Sender<Poke>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    seq: u64,
    pokes: VecDeque<Poke>,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(QUEUE), kept: Mutex::default() }
    }
}

impl Live {
    /// Something about `topic` changed.
    pub fn poke(&self, topic: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.seq += 1;
        let poke = Poke { seq: kept.seq, topic: topic.to_owned() };
        if kept.pokes.len() == KEPT {
            kept.pokes.pop_front();
        }
        kept.pokes.push_back(poke.clone());
        // Nobody listening is fine.
        let _listeners = self.sender.send(poke);
    }

    /// The number of the newest poke: what a page that is rendered now is up to date with.
    pub fn seq(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).seq
    }

    /// What came after `since`, then what comes. `None` instead of the past if it is forgotten: the page has to start over.
    pub fn subscribe(&self, since: u64) -> (Option<Vec<Poke>>, broadcast::Receiver<Poke>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = kept.pokes.front().map_or(kept.seq + 1, |p| p.seq);
        let known = since <= kept.seq && since + 1 >= oldest;
        let past = known.then(|| kept.pokes.iter().filter(|p| p.seq > since).cloned().collect());
        (past, self.sender.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_catches_up_with_what_it_missed() {
        let live = Live::default();
        live.poke("apps");
        let seen = live.seq();
        live.poke("op-1");
        let (past, _rest) = live.subscribe(seen);
        assert_eq!(past.unwrap().into_iter().map(|p| p.topic).collect::<Vec<_>>(), ["op-1"]);
    }

    #[test]
    fn a_page_that_missed_too_much_or_comes_from_another_run_starts_over() {
        let live = Live::default();
        for _ in 0..=KEPT + 1 {
            live.poke("apps");
        }
        assert!(live.subscribe(0).0.is_none());
        assert!(live.subscribe(live.seq() + 5).0.is_none());
        assert_eq!(live.subscribe(live.seq()).0, Some(vec![]));
    }
}
