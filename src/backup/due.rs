//! Which backups are to be asked for now. The scheduler acts on it, and pages tell it.

use std::collections::BTreeSet;

use super::schedule::Schedule;

/// Milliseconds since 1970 (UTC).
type Millis = i64;

const DAY: Millis = 24 * 60 * 60 * 1000;
/// Backups that were missed while the dashboard was down are spread over this time, so that they do not begin all at once.
const SPREAD: Millis = 15 * 60 * 1000;

/// A rule for one app: its own, or the default.
#[derive(Clone, Debug)]
pub struct Turn<'a> {
    pub policy: i32,
    pub app: i32,
    pub schedule: &'a Schedule,
    /// Somebody let it rest.
    pub paused: bool,
    /// Why nothing can be put into the repository; empty if something can.
    pub trouble: &'a str,
    /// Since when it holds for the app.
    pub since: Millis,
    /// When this was asked for last.
    pub last: Option<Millis>,
}

/// What becomes of a rule for an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A backup is to be asked for. This is the time that it was due.
    Due(Millis),
    /// One is due then.
    Waits(Millis),
    Paused,
    /// The repository can't be used, for this reason.
    Skipped(String),
    /// The calendar has no such time any more.
    Never,
}

/// A backup to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub policy: i32,
    pub app: i32,
    /// The time that it was due.
    pub at: Millis,
}

impl Turn<'_> {
    /// What becomes of it at `now`, in a dashboard that is up since `up_since`.
    ///
    /// What was missed is made up for once. A clock that is put back a little brings nothing a second time. What was noted more than a
    /// day ahead comes from a clock that was wrong, and proves nothing: that is due at once.
    pub fn fate(&self, now: Millis, up_since: Millis) -> Fate {
        if self.paused {
            return Fate::Paused;
        }
        if !self.trouble.is_empty() {
            return Fate::Skipped(self.trouble.to_owned());
        }
        let from = self.last.map_or(self.since, |last| last.max(self.since));
        if from > now.saturating_add(DAY) {
            return Fate::Due(now);
        }
        let Some(at) = self.schedule.next_after(from) else { return Fate::Never };
        // One that came before the dashboard did was missed, and takes its place in the spread.
        let begins = if at < up_since { up_since + self.place() } else { at };
        if begins <= now { Fate::Due(at) } else { Fate::Waits(begins) }
    }

    /// Where in [`SPREAD`] a missed one begins: the same for the same rule and app.
    fn place(&self) -> Millis {
        let mixed = (i64::from(self.policy) << 32 | i64::from(self.app)).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed());
        (mixed >> 16).rem_euclid(SPREAD)
    }
}

/// What to ask for: the oldest first, one for each app at most, and none for apps that are `busy` with another operation. What is left
/// out stays due.
pub fn due(turns: &[Turn<'_>], busy: &BTreeSet<i32>, now: Millis, up_since: Millis) -> Vec<Due> {
    let mut found: Vec<Due> = turns
        .iter()
        .filter_map(|turn| match turn.fate(now, up_since) {
            Fate::Due(at) => Some(Due { policy: turn.policy, app: turn.app, at }),
            _ => None,
        })
        .collect();
    found.sort_by_key(|due| (due.at, due.app, due.policy));
    let mut taken = busy.clone();
    found.retain(|due| taken.insert(due.app));
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const MINUTE: Millis = 60 * 1000;
    const HOUR: Millis = 60 * MINUTE;
    /// 24 November 2026, 00:00 UTC.
    const MIDNIGHT: Millis = 1_795_478_400_000;

    fn nightly() -> Schedule {
        Schedule::parse("30 3 * * *", "UTC").unwrap()
    }

    fn turn(schedule: &Schedule) -> Turn<'_> {
        Turn { policy: 1, app: 1, schedule, paused: false, trouble: "", since: MIDNIGHT, last: None }
    }

    /// Looks once a minute from `from` to `to`, and tells when something was asked for. The dashboard is up since `up`.
    fn asked(turn: &mut Turn<'_>, from: Millis, to: Millis, up: Millis) -> Vec<Millis> {
        let mut times = vec![];
        let mut now = from;
        while now < to {
            if !due(std::slice::from_ref(turn), &BTreeSet::new(), now, up).is_empty() {
                turn.last = Some(now);
                times.push(now);
            }
            now += MINUTE;
        }
        times
    }

    #[test]
    fn each_time_is_asked_for_once() {
        let schedule = nightly();
        let times = asked(&mut turn(&schedule), MIDNIGHT, MIDNIGHT + 3 * DAY, MIDNIGHT);
        let first = MIDNIGHT + 3 * HOUR + 30 * MINUTE;
        assert_eq!(times, [first, first + DAY, first + 2 * DAY]);
    }

    #[test]
    fn what_was_missed_is_made_up_for_once_and_not_by_all_at_once() {
        let schedule = nightly();
        let up = MIDNIGHT + 9 * DAY + 12 * HOUR;
        let starts: BTreeSet<Millis> = (1..40)
            .map(|app| {
                let times = asked(&mut Turn { app, ..turn(&schedule) }, up, up + 10 * HOUR, up);
                assert!(times.len() == 1 && times[0] <= up + SPREAD, "{times:?}");
                times[0]
            })
            .collect();
        assert!(starts.len() > 8, "{starts:?}");
    }

    #[test]
    fn a_clock_that_jumps_brings_nothing_twice_and_loses_nothing_for_long() {
        let schedule = nightly();
        let at = MIDNIGHT + 3 * HOUR + 30 * MINUTE;
        // Back by an hour right after it: not again.
        let mut one = turn(&schedule);
        assert_eq!(asked(&mut one, at, at + MINUTE, MIDNIGHT), [at]);
        assert_eq!(asked(&mut one, at - HOUR, at + HOUR, MIDNIGHT), [] as [Millis; 0]);
        // Forward by forty days: one at once, then as ever.
        let far = at + 40 * DAY + HOUR;
        assert_eq!(asked(&mut one, far, far + DAY, MIDNIGHT), [far, at + 41 * DAY]);
        // Back to where it was: what is noted of the future does not silence it for forty days.
        assert_eq!(asked(&mut one, at + 2 * HOUR, at + 2 * DAY, MIDNIGHT), [at + 2 * HOUR, at + DAY]);
    }

    #[test]
    fn what_rests_or_has_nowhere_to_go_is_told() {
        let schedule = nightly();
        let late = MIDNIGHT + DAY;
        let paused = Turn { paused: true, ..turn(&schedule) };
        let broken = Turn { trouble: "the password is wrong", ..turn(&schedule) };
        assert_eq!(paused.fate(late, MIDNIGHT), Fate::Paused);
        assert_eq!(broken.fate(late, MIDNIGHT), Fate::Skipped("the password is wrong".to_owned()));
        assert_eq!(turn(&schedule).fate(MIDNIGHT, MIDNIGHT), Fate::Waits(MIDNIGHT + 3 * HOUR + 30 * MINUTE));
        assert_eq!(due(&[paused, broken], &BTreeSet::new(), late, MIDNIGHT), []);
    }

    #[test]
    fn an_app_has_one_backup_at_a_time_and_the_other_place_comes_after_it() {
        let (first, second) = (nightly(), Schedule::parse("0 3 * * *", "UTC").unwrap());
        let turns = [turn(&first), Turn { policy: 2, ..turn(&second) }, Turn { app: 7, ..turn(&first) }];
        let now = MIDNIGHT + 4 * HOUR;
        let asked = |busy: &[i32]| due(&turns, &busy.iter().copied().collect(), now, MIDNIGHT);
        let which = |found: Vec<Due>| found.iter().map(|due| (due.policy, due.app)).collect::<Vec<_>>();
        assert_eq!(which(asked(&[])), [(2, 1), (1, 7)]);
        assert_eq!(which(asked(&[1])), [(1, 7)]);
    }

    proptest! {
        /// Whatever the clock does: never two for one app in one look, and never twice for one time but after a jump back of a day.
        #[test]
        fn whatever_the_clock_does_each_time_is_due_once(
            jumps in proptest::collection::vec(-20 * HOUR..3 * DAY, 1..40),
            paused in any::<bool>(),
        ) {
            let schedule = nightly();
            let mut turns: Vec<Turn<'_>> = (1..4).map(|n| Turn { policy: n, app: n % 2, ..turn(&schedule) }).collect();
            turns[0].paused = paused;
            let mut done: BTreeMap<i32, Vec<Millis>> = BTreeMap::new();
            let mut now = MIDNIGHT;
            let mut most = now;
            for jump in jumps {
                now = (now + jump).max(most - 20 * HOUR);
                most = most.max(now);
                let found = due(&turns, &BTreeSet::new(), now, MIDNIGHT);
                let apps: BTreeSet<i32> = found.iter().map(|due| due.app).collect();
                prop_assert_eq!(apps.len(), found.len());
                for due in found {
                    prop_assert!(due.at <= now && !(due.policy == 1 && paused));
                    let before = done.entry(due.policy).or_default();
                    prop_assert!(before.last().is_none_or(|last| *last < due.at), "{:?} {:?}", before, due);
                    before.push(due.at);
                    turns.iter_mut().filter(|turn| turn.policy == due.policy).for_each(|turn| turn.last = Some(now));
                }
            }
        }
    }
}
