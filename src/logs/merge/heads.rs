use std::collections::BTreeMap;

use crate::logs::line::Nanos;

/// Merges sources that are in order themselves, holding one item of each: whoever takes an item puts the next one of the same source.
#[derive(Debug)]
pub struct Heads<T>(BTreeMap<(Nanos, usize), T>);

impl<T> Default for Heads<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Heads<T> {
    /// The next item of a source that has none here.
    pub fn put(&mut self, source: usize, at: Nanos, item: T) {
        self.0.insert((at, source), item);
    }

    /// The oldest item, with its source.
    pub fn take(&mut self) -> Option<(usize, T)> {
        self.0.pop_first().map(|((_, source), item)| (source, item))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sources_in_order_give_one_in_order_and_nothing_is_lost(sources in prop::collection::vec(prop::collection::vec(0..50_i64, 0..20), 0..6)) {
            let mut rest: Vec<_> = sources.iter().map(|times| {
                let mut times = times.clone();
                times.sort_unstable();
                times.into_iter().enumerate()
            }).collect();
            let mut heads = Heads::default();
            for (source, times) in rest.iter_mut().enumerate() {
                if let Some((number, at)) = times.next() {
                    heads.put(source, at, (at, number));
                }
            }
            let mut taken = vec![];
            while let Some((source, (at, number))) = heads.take() {
                taken.push((at, source, number));
                if let Some((number, at)) = rest[source].next() {
                    heads.put(source, at, (at, number));
                }
            }
            prop_assert_eq!(taken.len(), sources.iter().map(Vec::len).sum::<usize>());
            // In the order of times; of equal times by source, and within a source as they came.
            prop_assert!(taken.is_sorted());
        }
    }
}
