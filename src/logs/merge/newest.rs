use std::collections::BTreeMap;

use crate::logs::line::Nanos;

/// Keeps the newest items, in order, however many pass by. Items of the same time stay or go together, so that whoever goes on with
/// what is older misses none.
#[derive(Debug)]
pub struct Newest<T> {
    most: usize,
    count: u64,
    kept: BTreeMap<(Nanos, u64), T>,
    dropped: bool,
}

impl<T> Newest<T> {
    /// Keeps `most` items, or a few more where they have the same time.
    pub const fn new(most: usize) -> Self {
        Self { most, count: 0, kept: BTreeMap::new(), dropped: false }
    }

    pub fn push(&mut self, at: Nanos, item: T) {
        self.kept.insert((at, self.count), item);
        self.count += 1;
        if self.kept.len() <= self.most {
            return;
        }
        let Some((oldest, _)) = self.kept.keys().next().copied() else { return };
        let group = self.kept.range((oldest, 0)..=(oldest, u64::MAX)).count();
        // A log without times is one large group; memory comes first.
        let going = if self.kept.len() - group >= self.most { group } else { usize::from(self.kept.len() > 2 * self.most) };
        for _ in 0..going {
            self.kept.pop_first();
            self.dropped = true;
        }
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether there is something older than what was kept.
    pub const fn has_dropped(&self) -> bool {
        self.dropped
    }

    /// What was kept, oldest first.
    pub fn into_vec(self) -> Vec<T> {
        self.kept.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(times: &[Nanos], most: usize) -> Vec<(Nanos, usize)> {
        let mut newest = Newest::new(most);
        for (number, at) in times.iter().enumerate() {
            newest.push(*at, (*at, number));
        }
        newest.into_vec()
    }

    #[test]
    fn what_has_the_same_time_stays_together() {
        assert_eq!(kept(&[1, 2, 2, 3], 2), [(2, 1), (2, 2), (3, 3)]);
        assert_eq!(kept(&[1, 2, 2, 3, 4], 2), [(3, 3), (4, 4)]);
        assert_eq!(kept(&[7; 9], 2).len(), 4);
    }

    proptest! {
        #[test]
        fn the_newest_are_kept_in_order(times in prop::collection::vec(0..2_000_000_i64, 0..300), most in 1..40_usize) {
            let mut all: Vec<(Nanos, usize)> = times.iter().copied().zip(0..).collect();
            all.sort_unstable();
            let kept = kept(&times, most);
            prop_assert!(all.ends_with(&kept));
            prop_assert!(kept.len() >= most.min(times.len()));
        }
    }
}
