use proptest::prelude::*;

use super::*;

const SPAN: i64 = 750;
const HOLD: i64 = 5_000;
/// Between two looks at what may go.
const TICK: i64 = 50;
const SOURCES: [&str; 3] = ["a", "b", "c"];

/// Of which source, at what time, and when it arrives; in milliseconds.
type Item = (usize, i64, i64);
/// The item, when it went, and whether it was told to be late.
type Gone = (Item, i64, bool);

/// Lets the items arrive, looks at every tick, and gives what went.
fn through(mut items: Vec<Item>, bytes: usize) -> Vec<Gone> {
    items.sort_by_key(|(_, _, arrives)| *arrives);
    let mut window = Window::new(Limits { span: SPAN, hold: HOLD, bytes });
    let (mut out, mut rest, mut now) = (vec![], items.into_iter().peekable(), 0);
    while rest.peek().is_some() || !window.is_empty() {
        while let Some((source, at, arrives)) = rest.next_if(|(_, _, arrives)| *arrives <= now) {
            window.push(SOURCES[source], nanos(at), 1, (source, at, arrives), arrives);
            while window.is_full() {
                let placed = window.pop(arrives).unwrap();
                out.push((placed.item, arrives, placed.late));
            }
        }
        while let Some(placed) = window.pop(now) {
            out.push((placed.item, now, placed.late));
        }
        now += TICK;
    }
    out
}

fn late(gone: &[Gone]) -> Vec<Item> {
    gone.iter().filter(|(_, _, late)| *late).map(|(item, ..)| *item).collect()
}

/// A source that writes every `pause` from 0 to `end`, each item so late as `delay` says of its number, never before an earlier one.
fn source(number: usize, pause: i64, end: i64, delay: impl Fn(usize) -> i64) -> Vec<Item> {
    let times = (0..end / pause).map(|n| n * pause);
    let arrives = times.enumerate().scan(0, |last, (n, at)| {
        *last = (at + delay(n)).max(*last);
        Some((number, at, *last))
    });
    arrives.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_late_by_less_than_the_span_comes_in_order(items in prop::collection::vec((0..3_usize, 0..4_000_i64, 0..SPAN), 0..120)) {
        let gone = through(items.iter().map(|(source, at, late)| (*source, *at, at + late)).collect(), usize::MAX);
        prop_assert_eq!(gone.len(), items.len());
        prop_assert!(gone.is_sorted_by_key(|((_, at, _), ..)| *at));
        prop_assert!(late(&gone).is_empty());
    }

    #[test]
    fn sources_that_are_behind_are_waited_for_while_they_speak(
        lags in prop::array::uniform3(0..HOLD / 2),
        jitter in prop::collection::vec(0..SPAN / 3, 30),
        pauses in prop::array::uniform3(40..SPAN / 3),
    ) {
        let each = (0..3).map(|n| source(n, pauses[n], 12_000, |i| lags[n] + jitter[i % jitter.len()]));
        let gone = through(each.flatten().collect(), usize::MAX);
        // Nobody can wait for whom nobody has heard of yet.
        let met = lags.iter().max().unwrap() + SPAN;
        let after: Vec<i64> = gone.iter().map(|((_, at, _), ..)| *at).filter(|at| *at >= met).collect();
        prop_assert!(after.len() > 30 && after.is_sorted());
        prop_assert!(late(&gone).iter().all(|(_, at, _)| *at < met));
    }

    #[test]
    fn whatever_comes_nothing_is_lost_and_nothing_waits_for_ever_and_what_is_late_is_told(
        items in prop::collection::vec((0..3_usize, 0..20_000_i64, 0..12_000_i64), 0..150),
        bytes in prop_oneof![Just(usize::MAX), 0..40_usize],
    ) {
        let items: Vec<Item> = items.iter().map(|(source, at, late)| (*source, *at, at + late)).collect();
        let gone = through(items.clone(), bytes);
        let (mut came, mut went) = (items, gone.iter().map(|(item, ..)| *item).collect::<Vec<_>>());
        came.sort_unstable();
        went.sort_unstable();
        prop_assert_eq!(came, went);
        let mut youngest = i64::MIN;
        for ((_, at, arrived), left, late) in gone {
            prop_assert!((arrived..=arrived + HOLD + TICK).contains(&left));
            prop_assert_eq!(late, at < youngest);
            youngest = youngest.max(at);
        }
    }
}

#[test]
fn a_source_that_comes_in_bursts_is_late_once_and_then_waited_for() {
    // All that was written in two seconds comes at their end.
    let bursts = source(0, 100, 30_000, |n| 2_000 - i64::try_from(n).unwrap() % 20 * 100);
    let gone = through([bursts, source(1, 100, 30_000, |_| 0)].concat(), usize::MAX);
    let late = late(&gone);
    assert!(!late.is_empty() && late.iter().all(|(source, at, _)| *source == 0 && *at < 2_000), "{late:?}");
    // No burst comes after the last.
    let waits = |(_, left, _): &&Gone| *left < 30_000;
    assert!(gone.iter().filter(waits).all(|((_, _, arrived), left, _)| left - arrived <= 2_000 + SPAN + TICK));
}

#[test]
fn a_clock_that_is_an_hour_behind_holds_nobody_up() {
    let hour = 3_600_000;
    let slow = source(0, 100, 10_000, |_| 0).into_iter().map(|(source, at, arrives)| (source, at - hour, arrives));
    let gone = through(slow.chain(source(1, 100, 10_000, |_| 0)).collect(), usize::MAX);
    assert!(gone.iter().all(|((_, _, arrived), left, _)| left - arrived <= SPAN + TICK));
    assert!(gone.iter().all(|((source, ..), _, late)| !late || *source == 0), "only the slow one is told to be late");
}

#[test]
fn equal_times_keep_their_order_and_a_full_window_lets_go() {
    let mut window = Window::new(Limits { span: SPAN, hold: HOLD, bytes: 2 });
    for name in ["a", "b", "c"] {
        window.push("task", 5, 1, name, 1_000);
    }
    let mut pop = |now| window.pop(now).map(|placed| placed.item);
    assert_eq!((pop(1_000), pop(1_000)), (Some("a"), None));
    assert_eq!((pop(1_000 + SPAN), pop(1_000 + SPAN)), (Some("b"), Some("c")));
}
