//! Refusals and failed sign-ins, counted: the first of a kind is written at once, those after it together. So nobody fills the disk
//! with them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use super::Store;
use super::audit::Phase;
use crate::access::Actor;
use crate::clock::Millis;

/// What comes within so long a time is written together.
const TOGETHER_MS: Millis = 60 * 60 * 1000;
/// Of a kind that comes more often, so many are written before the time is over; then ten times as many.
const MANY: u64 = 100;
/// Names that are written of those that were tried; more say nothing new.
const MOST_NAMES: usize = 20;
/// Kinds that are told apart.
const MOST: usize = 5_000;

/// Something that was refused or failed.
#[derive(Clone, Debug)]
pub struct Tried {
    pub actor: Actor,
    pub phase: Phase,
    pub particulars: Map<String, Value>,
}

/// Counts what was tried in vain.
#[derive(Default)]
pub struct Tally(Mutex<HashMap<String, Series>>);

struct Series {
    /// The newest of them.
    tried: Tried,
    /// When the first that is not written yet was tried.
    since: Millis,
    waiting: u64,
    /// The names that those who wait tried to come in by.
    names: BTreeSet<String>,
    limit: u64,
}

impl Series {
    /// What is written of those that wait.
    fn take(&mut self) -> Option<Tried> {
        let times = std::mem::take(&mut self.waiting);
        let mut tried = self.tried.clone();
        tried.particulars.insert("times".to_owned(), times.into());
        tried.particulars.insert("since".to_owned(), self.since.into());
        let names = std::mem::take(&mut self.names);
        if names.len() > 1 {
            tried.particulars.insert("names".to_owned(), names.into_iter().collect());
        }
        (times > 0).then_some(tried)
    }

    fn add(&mut self, tried: Tried) {
        let name = tried.particulars.get("name").and_then(Value::as_str);
        self.names.extend(name.filter(|_| self.names.len() < MOST_NAMES).map(str::to_owned));
        (self.tried, self.waiting) = (tried, self.waiting + 1);
    }

    const fn is_over(&self, now: Millis) -> bool {
        self.since + TOGETHER_MS <= now
    }
}

impl Tally {
    /// Counts one of a kind. The answer is what has to be written now.
    pub fn count(&self, kind: &str, tried: Tried, now: Millis) -> Vec<Tried> {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody falls silent because others are loud: what no longer fits is one kind.
        let kind = if tally.len() >= MOST && !tally.contains_key(kind) { "others" } else { kind };
        let mut written = vec![];
        if let Some(over) = tally.get_mut(kind).filter(|series| series.is_over(now)) {
            written.extend(over.take());
            tally.remove(kind);
        }
        match tally.get_mut(kind) {
            None => {
                let mut series = Series { tried: tried.clone(), since: now, waiting: 0, names: BTreeSet::new(), limit: MANY };
                series.add(tried);
                written.extend(series.take());
                tally.insert(kind.to_owned(), series);
            }
            Some(series) => {
                if series.waiting == 0 {
                    series.since = now;
                }
                series.add(tried);
                if series.waiting >= series.limit {
                    series.limit = series.limit.saturating_mul(10);
                    written.extend(series.take());
                }
            }
        }
        written
    }

    /// What has waited long enough to be written; at the end of time everything has.
    pub fn due(&self, now: Millis) -> Vec<Tried> {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = vec![];
        tally.retain(|_, series| {
            if series.since.saturating_add(TOGETHER_MS) > now {
                return true;
            }
            due.extend(series.take());
            false
        });
        due
    }
}

impl Store {
    /// Counts what was tried in vain.
    pub fn tally(&self) -> &Tally {
        &self.inner.tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Via;

    fn tried() -> Tried {
        Tried { actor: Actor::Stranger { via: Via::default() }, phase: Phase::Refused, particulars: Map::new() }
    }

    fn times(written: &[Tried]) -> Vec<u64> {
        written.iter().map(|tried| tried.particulars["times"].as_u64().unwrap()).collect()
    }

    #[test]
    fn the_first_is_written_at_once_and_the_others_together() {
        let tally = Tally::default();
        let written: Vec<u64> = (0..1500).flat_map(|n| times(&tally.count("x", tried(), n))).collect();
        assert_eq!(written, [1, 100, 1000]);
        assert_eq!(times(&tally.count("y", tried(), 1500)), [1]);
        assert_eq!(times(&tally.due(1500)), [0; 0]);
        assert_eq!(times(&tally.due(2 * TOGETHER_MS)), [399]);
        assert_eq!(times(&tally.count("x", tried(), 2 * TOGETHER_MS)), [1]);
    }

    #[test]
    fn a_later_one_brings_what_waited_before_it() {
        let tally = Tally::default();
        for _ in 0..3 {
            tally.count("x", tried(), 0);
        }
        assert_eq!(times(&tally.count("x", tried(), TOGETHER_MS)), [2, 1]);
    }

    #[test]
    fn kinds_without_end_become_one() {
        let tally = Tally::default();
        let written: usize = (0..3 * MOST).map(|n| tally.count(&n.to_string(), tried(), 0).len()).sum();
        assert!((MOST..MOST + 10).contains(&written), "{written}");
    }
}
