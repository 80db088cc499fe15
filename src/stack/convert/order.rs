//! The order in which docker's client puts ports.
//!
//! It sorts by the published number only, with the unstable sort of its language, so the order of ports with the same number depends
//! on the steps of that sort. They are the same on every run, and these are they: a quicksort that looks for patterns. Up to twelve
//! items it is an insertion sort and keeps the order of equals.

/// Up to this many items, insertion is the whole sort.
const FEW: usize = 12;
/// From this many items on, pivots are chosen with more care, and single misplaced items are moved.
const MANY: usize = 50;
/// So many misplaced items at most.
const MISPLACED: usize = 5;
/// Comparisons that changed the order, when a pivot was chosen among items that all stand in reverse.
const ALL_REVERSED: u32 = 12;

/// Sorts by `key` as docker's client does.
pub(super) fn sort_by_key<T>(items: &mut [T], key: impl Fn(&T) -> u32) {
    let (length, depth) = (items.len(), usize::BITS - items.len().leading_zeros());
    Sort { items, key }.range(0, length, depth);
}

struct Sort<'a, T, K> {
    items: &'a mut [T],
    key: K,
}

/// What choosing a pivot tells about the rest.
#[derive(PartialEq)]
enum Looks {
    Sorted,
    Reversed,
    Mixed,
}

impl<T, K: Fn(&T) -> u32> Sort<'_, T, K> {
    fn less(&self, a: usize, b: usize) -> bool {
        self.items.get(a).map(&self.key) < self.items.get(b).map(&self.key)
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.items.swap(a, b);
    }

    /// Sorts from `a` to before `b`. After `depth` bad pivots, a heap does the rest.
    fn range(&mut self, mut a: usize, mut b: usize, mut depth: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = b - a;
            if length <= FEW {
                return self.insert(a, b);
            }
            if depth == 0 {
                return self.heap(a, b);
            }
            if !balanced {
                self.shake(a, b);
                depth -= 1;
            }
            let (mut pivot, mut looks) = self.pivot(a, b);
            if looks == Looks::Reversed {
                if let Some(range) = self.items.get_mut(a..b) {
                    range.reverse();
                }
                (pivot, looks) = (b - 1 - (pivot - a), Looks::Sorted);
            }
            if balanced && partitioned && looks == Looks::Sorted && self.mend(a, b) {
                return;
            }
            if a > 0 && !self.less(a - 1, pivot) {
                a = self.equals_first(a, b, pivot);
                continue;
            }
            let (middle, already) = self.partition(a, b, pivot);
            partitioned = already;
            let (left, right) = (middle - a, b - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.range(a, middle, depth);
                a = middle + 1;
            } else {
                self.range(middle + 1, b, depth);
                b = middle;
            }
        }
    }

    fn insert(&mut self, a: usize, b: usize) {
        for i in a + 1..b {
            let mut j = i;
            while j > a && self.less(j, j - 1) {
                self.swap(j, j - 1);
                j -= 1;
            }
        }
    }

    fn heap(&mut self, a: usize, b: usize) {
        let length = b - a;
        for root in (0..=(length - 1) / 2).rev() {
            self.sift(root, length, a);
        }
        for end in (0..length).rev() {
            self.swap(a, a + end);
            self.sift(0, end, a);
        }
    }

    fn sift(&mut self, mut root: usize, length: usize, first: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= length {
                return;
            }
            if child + 1 < length && self.less(first + child, first + child + 1) {
                child += 1;
            }
            if !self.less(first + root, first + child) {
                return;
            }
            self.swap(first + root, first + child);
            root = child;
        }
    }

    /// Exchanges three items in the middle for others, against patterns that make pivots bad.
    fn shake(&mut self, a: usize, b: usize) {
        let length = b - a;
        let mask = (length + 1).next_power_of_two() - 1;
        let mut noise = length as u64;
        for step in 0..3 {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            let other = usize::try_from(noise & mask as u64).unwrap_or_default();
            let other = if other >= length { other - length } else { other };
            self.swap(a + length / 4 * 2 - 1 + step, a + other);
        }
    }

    fn pivot(&self, a: usize, b: usize) -> (usize, Looks) {
        let quarter = (b - a) / 4;
        let mut exchanged = 0;
        let mut places = [a + quarter, a + quarter * 2, a + quarter * 3];
        if b - a >= MANY {
            places = places.map(|place| self.median([place - 1, place, place + 1], &mut exchanged));
        }
        let pivot = self.median(places, &mut exchanged);
        let looks = match exchanged {
            0 => Looks::Sorted,
            ALL_REVERSED => Looks::Reversed,
            _ => Looks::Mixed,
        };
        (pivot, looks)
    }

    fn median(&self, [mut a, mut b, mut c]: [usize; 3], exchanged: &mut u32) -> usize {
        let mut order = |x: &mut usize, y: &mut usize| {
            if self.less(*y, *x) {
                *exchanged += 1;
                std::mem::swap(x, y);
            }
        };
        order(&mut a, &mut b);
        order(&mut b, &mut c);
        order(&mut a, &mut b);
        b
    }

    /// Moves a few misplaced items. Whether everything is sorted then.
    fn mend(&mut self, a: usize, b: usize) -> bool {
        let mut i = a + 1;
        for _ in 0..MISPLACED {
            while i < b && !self.less(i, i - 1) {
                i += 1;
            }
            if i == b {
                return true;
            }
            if b - a < MANY {
                return false;
            }
            self.swap(i, i - 1);
            if i - a >= 2 {
                for j in (1..i).rev() {
                    if !self.less(j, j - 1) {
                        break;
                    }
                    self.swap(j, j - 1);
                }
            }
            for j in i + 1..b {
                if !self.less(j, j - 1) {
                    break;
                }
                self.swap(j, j - 1);
            }
        }
        false
    }

    /// Puts the items that equal the pivot before the greater ones, and returns where those begin.
    fn equals_first(&mut self, a: usize, b: usize, pivot: usize) -> usize {
        self.swap(a, pivot);
        let (mut i, mut j) = (a + 1, b - 1);
        loop {
            while i <= j && !self.less(a, i) {
                i += 1;
            }
            while i <= j && self.less(a, j) {
                j -= 1;
            }
            if i > j {
                return i;
            }
            self.swap(i, j);
            i += 1;
            j -= 1;
        }
    }

    /// Puts the smaller items before the pivot. Returns its place, and whether nothing else had to move.
    fn partition(&mut self, a: usize, b: usize, pivot: usize) -> (usize, bool) {
        self.swap(a, pivot);
        let (mut i, mut j) = (a + 1, b - 1);
        let mut already = true;
        loop {
            while i <= j && self.less(i, a) {
                i += 1;
            }
            while i <= j && !self.less(j, a) {
                j -= 1;
            }
            if i > j {
                self.swap(j, a);
                return (j, already);
            }
            already = false;
            self.swap(i, j);
            i += 1;
            j -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sort_by_key;

    /// Published numbers, and the order in which docker's client sent them.
    #[derive(serde::Deserialize)]
    struct Case {
        published: Vec<u32>,
        order: Vec<usize>,
    }

    #[test]
    fn ports_with_one_number_are_in_the_order_that_docker_sent_them_in() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/convert/port-order.jsonl");
        let cases: Vec<Case> =
            std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(cases.len() >= 40, "the file of cases was cut");
        for case in cases {
            let mut ports: Vec<(usize, u32)> = case.published.iter().copied().enumerate().collect();
            sort_by_key(&mut ports, |(_, number)| *number);
            assert_eq!(ports.iter().map(|(index, _)| *index).collect::<Vec<_>>(), case.order, "{:?}", case.published);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_numbers_are_they_end_up_sorted(numbers in proptest::collection::vec(0_u32..9, 0..300)) {
            let mut sorted = numbers.clone();
            sort_by_key(&mut sorted, |number| *number);
            let mut expected = numbers;
            expected.sort_unstable();
            proptest::prop_assert_eq!(sorted, expected);
        }
    }
}
