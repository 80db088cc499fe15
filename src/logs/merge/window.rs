use std::collections::BTreeMap;

use crate::logs::line::Nanos;

/// How long an item may wait for older ones, and how much may wait. Times are milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Every item waits so long, so whatever is late by less comes in order.
    pub span: i64,
    /// No item waits longer.
    pub hold: i64,
    /// Bytes that wait at most. When more arrives, the oldest go early: out of order perhaps, but none is lost.
    pub bytes: usize,
}

/// An item in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    pub item: T,
    /// A younger one has gone before it.
    pub late: bool,
}

/// Brings items of many sources into one order, as they come.
///
/// An item goes when it has waited for the span and every source that still speaks has come as far. A source that is behind, but
/// within the hold, is waited for as long as it speaks again and again; one that was late is given more time between two items. What
/// comes too late all the same is told apart. Time comes in with every call: there is no clock in here.
#[derive(Debug)]
pub struct Window<T> {
    limits: Limits,
    weight: usize,
    count: u64,
    /// By time, then by arrival; with the weight.
    waiting: BTreeMap<(Nanos, u64), (usize, T)>,
    /// Arrival, by number.
    arrivals: BTreeMap<u64, i64>,
    /// Those that spoke lately.
    sources: BTreeMap<String, Source>,
    /// The youngest that has gone.
    gone: Nanos,
}

#[derive(Debug)]
struct Source {
    /// Its youngest item.
    newest: Nanos,
    /// When something came last.
    heard: i64,
    /// It speaks no more after such a silence.
    patience: i64,
    /// When an item came last that was too late.
    late: i64,
}

/// A source that was late is given more time for so long, in milliseconds, and remembered.
const MEMORY: i64 = 30_000;
/// Items between two looks for sources that can be forgotten.
const TIDY: u64 = 256;

impl<T> Window<T> {
    /// An empty window.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            weight: 0,
            count: 0,
            waiting: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            sources: BTreeMap::new(),
            gone: Nanos::MIN,
        }
    }

    /// An item of `source`, of `weight` bytes, that arrives at `now` (of any clock that does not go back).
    pub fn push(&mut self, source: &str, at: Nanos, weight: usize, item: T, now: i64) {
        self.hear(source, at, now);
        self.waiting.insert((at, self.count), (weight, item));
        self.arrivals.insert(self.count, now);
        self.weight += weight;
        self.count += 1;
        if self.count.is_multiple_of(TIDY) {
            self.sources.retain(|_, s| now - s.heard < MEMORY);
        }
    }

    /// The next item that need not wait any longer.
    pub fn pop(&mut self, now: i64) -> Option<Placed<T>> {
        let waited = now - self.arrivals.values().next()?;
        let (at, _) = *self.waiting.keys().next()?;
        let Limits { span, hold, .. } = self.limits;
        if !self.is_full() && waited < hold && (waited < span || self.is_awaited(at, now)) {
            return None;
        }
        let ((at, number), (weight, item)) = self.waiting.pop_first()?;
        self.arrivals.remove(&number);
        self.weight -= weight;
        let late = at < self.gone;
        self.gone = self.gone.max(at);
        Some(Placed { item, late })
    }

    /// Whether it holds more than it may.
    pub const fn is_full(&self) -> bool {
        self.weight > self.limits.bytes
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn hear(&mut self, source: &str, at: Nanos, now: i64) {
        let Limits { span, hold, .. } = self.limits;
        let Some(known) = self.sources.get_mut(source) else {
            // For whom nobody has heard of nobody could wait.
            self.sources.insert(source.to_owned(), Source { newest: at, heard: now, patience: span, late: now });
            return;
        };
        (known.newest, known.heard) = (known.newest.max(at), now);
        if at >= self.gone {
            if now - known.late >= MEMORY {
                known.patience = span;
            }
        } else if self.gone.saturating_sub(at) <= nanos(hold) {
            (known.patience, known.late) = ((known.patience * 2).min(hold), now);
        }
    }

    /// Whether a source that still speaks may have something older.
    fn is_awaited(&self, at: Nanos, now: i64) -> bool {
        let reach = nanos(self.limits.hold);
        self.sources.values().any(|s| s.newest < at && at.saturating_sub(s.newest) <= reach && now - s.heard < s.patience)
    }
}

const fn nanos(ms: i64) -> Nanos {
    ms.saturating_mul(1_000_000)
}

#[cfg(test)]
mod tests;
