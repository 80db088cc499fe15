use std::collections::BTreeMap;

use crate::logs::line::Nanos;

/// Brings into order what arrives late by no more than `span`: every item waits that long, then it goes with all that are older.
///
/// It holds at most `most` bytes. When more arrives than that, the oldest go early: out of order perhaps, but none is lost.
#[derive(Debug)]
pub struct Window<T> {
    /// Milliseconds that an item waits.
    span: i64,
    most: usize,
    weight: usize,
    count: u64,
    /// By time, then by arrival.
    waiting: BTreeMap<(Nanos, u64), (usize, T)>,
    /// Arrival (in milliseconds) and time, by number.
    arrivals: BTreeMap<u64, (i64, Nanos)>,
}

impl<T> Window<T> {
    /// Waits `span` milliseconds and holds `most` bytes.
    pub const fn new(span: i64, most: usize) -> Self {
        Self { span, most, weight: 0, count: 0, waiting: BTreeMap::new(), arrivals: BTreeMap::new() }
    }

    /// An item of `weight` bytes that arrives at `now` (milliseconds of any clock that does not go back).
    pub fn push(&mut self, at: Nanos, weight: usize, item: T, now: i64) {
        self.waiting.insert((at, self.count), (weight, item));
        self.arrivals.insert(self.count, (now, at));
        self.weight += weight;
        self.count += 1;
    }

    /// The next item that has waited long enough, or that is older than one that has.
    pub fn pop(&mut self, now: i64) -> Option<T> {
        let (arrived, _) = *self.arrivals.values().next()?;
        if arrived + self.span > now && !self.is_full() {
            return None;
        }
        let ((_, number), (weight, item)) = self.waiting.pop_first()?;
        self.arrivals.remove(&number);
        self.weight -= weight;
        Some(item)
    }

    /// Whether it holds more than it may.
    pub const fn is_full(&self) -> bool {
        self.weight > self.most
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPAN: i64 = 100;

    /// Lets items arrive so long after their times; gives those that came out, as time and number.
    fn through(items: &[(Nanos, i64)], most: usize) -> Vec<(Nanos, usize)> {
        let mut arriving: Vec<(i64, Nanos, usize)> = items.iter().zip(0..).map(|((at, late), n)| (at + late, *at, n)).collect();
        arriving.sort_unstable();
        let (mut window, mut out) = (Window::new(SPAN, most), vec![]);
        for (now, at, number) in arriving {
            while let Some(item) = window.pop(now) {
                out.push(item);
            }
            window.push(at, 1, (at, number), now);
        }
        while let Some(item) = window.pop(i64::MAX) {
            out.push(item);
        }
        assert!(window.is_empty());
        out
    }

    proptest! {
        #[test]
        fn what_is_late_by_less_than_the_window_comes_in_order(items in prop::collection::vec((0..2_000_i64, 0..SPAN), 0..200)) {
            let out = through(&items, usize::MAX);
            prop_assert_eq!(out.len(), items.len());
            prop_assert!(out.is_sorted_by_key(|(at, _)| *at));
        }

        #[test]
        fn nothing_is_lost_or_doubled_whatever_comes(items in prop::collection::vec((0..2_000_i64, 0..1_000_i64), 0..200), most in 0..50_usize) {
            let mut numbers: Vec<usize> = through(&items, most).into_iter().map(|(_, number)| number).collect();
            numbers.sort_unstable();
            prop_assert!(numbers.into_iter().eq(0..items.len()));
        }
    }

    #[test]
    fn equal_times_keep_their_order_and_a_full_window_lets_go() {
        let (mut window, now) = (Window::new(SPAN, 2), 1_000);
        for name in ["a", "b", "c"] {
            window.push(5, 1, name, now);
        }
        assert_eq!((window.pop(now), window.pop(now)), (Some("a"), None));
        assert_eq!((window.pop(now + SPAN), window.pop(now + SPAN)), (Some("b"), Some("c")));
    }
}
