//! Which snapshots of an app stay. A decision from values; nothing here removes anything.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::cron::and;

/// How many snapshots stay of each kind: the newest ones, and the newest one of as many of the newest hours, days, weeks, months and
/// years that have any. Hours and days without a snapshot do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    pub last: usize,
    pub hourly: usize,
    pub daily: usize,
    /// Weeks begin on Monday.
    pub weekly: usize,
    pub monthly: usize,
    pub yearly: usize,
}

impl Keep {
    /// A week of days, five weeks and a year of months.
    pub const USUAL: Self = Self { last: 0, hourly: 0, daily: 7, weekly: 5, monthly: 12, yearly: 0 };

    /// The largest number that one of them may be.
    pub const MOST: i32 = 1000;

    /// In a few words, such as `7 days, 5 weeks and 12 months`.
    pub fn told(&self) -> String {
        let counted = |count: usize, unit: &str| match count {
            0 => None,
            1 => Some(format!("1 {unit}")),
            _ => Some(format!("{count} {unit}s")),
        };
        let newest = match self.last {
            0 => None,
            1 => Some("the newest".to_owned()),
            last => Some(format!("the newest {last}")),
        };
        let spans =
            [(self.hourly, "hour"), (self.daily, "day"), (self.weekly, "week"), (self.monthly, "month"), (self.yearly, "year")];
        let words = newest.into_iter().chain(spans.into_iter().filter_map(|(count, unit)| counted(count, unit)));
        // Without a rule nothing is given up.
        Some(and(words)).filter(|words| !words.is_empty()).unwrap_or_else(|| "everything".to_owned())
    }
}

/// Why a snapshot was made. Each kind is counted on its own, so that ten upgrades in a day push no nightly snapshot out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Scheduled,
    Manual,
    PreUpgrade,
    /// The way back from a restore.
    PreRestore,
}

/// A snapshot of one app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub id: String,
    /// Milliseconds since 1970 (UTC).
    pub at: i64,
    pub kind: Kind,
    /// Something failed while it was made.
    pub partial: bool,
    /// Somebody wants it to stay.
    pub pinned: bool,
}

/// What the decision is made from.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    pub keep: Keep,
    /// All snapshots of one app in one repository, in any order.
    pub snapshots: &'a [Snapshot],
    /// Whether the app's runs were good, the newest first; the one that was just made as well.
    pub runs: &'a [bool],
    /// Retention rests while as many of the newest runs were not good; 0 never lets it rest.
    pub suspend_after: usize,
    /// Milliseconds since 1970 (UTC).
    pub now: i64,
    /// Whose days are counted.
    pub zone: &'a TimeZone,
}

/// Why a snapshot stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Pinned,
    /// The newest one that is not partial.
    LastGood,
    /// Made less than a day ago, or by a clock that is ahead.
    Fresh,
    /// Made before a restore, less than a week ago.
    WayBack,
    Last,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
    /// Runs failed, so nothing is given up.
    Suspended,
    /// The rules keep nothing at all. That is taken for a slip.
    NoRule,
}

/// The decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// By id, why it stays; never empty.
    pub kept: BTreeMap<String, BTreeSet<Reason>>,
    /// Ids, the oldest first.
    pub forgotten: Vec<String>,
}

const DAY: i64 = 24 * 60 * 60 * 1000;
const WEEK: i64 = 7 * DAY;

/// What is equal for all moments of the same hour, day, or longer.
type Span = fn(DateTime) -> (i64, i64, i64);

impl Retention {
    /// Decides. Where there is doubt, a snapshot stays.
    pub fn decide(question: &Question<'_>) -> Self {
        let mut sorted: Vec<&Snapshot> = question.snapshots.iter().collect();
        sorted.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        let mut decided = Self::default();
        for snapshot in &sorted {
            let reasons = apart_from_rules(question, snapshot);
            for reason in reasons {
                decided.keep(snapshot, reason);
            }
        }
        if let Some(good) = sorted.iter().find(|snapshot| !snapshot.partial) {
            decided.keep(good, Reason::LastGood);
        }
        for kind in [Kind::Scheduled, Kind::Manual, Kind::PreUpgrade, Kind::PreRestore] {
            let of_kind: Vec<&Snapshot> = sorted.iter().copied().filter(|snapshot| snapshot.kind == kind).collect();
            decided.by_rules(question, &of_kind);
        }
        let stays = |snapshot: &&&Snapshot| decided.kept.contains_key(&snapshot.id);
        decided.forgotten = sorted.iter().rev().filter(|snapshot| !stays(snapshot)).map(|s| s.id.clone()).collect();
        decided
    }

    fn keep(&mut self, snapshot: &Snapshot, reason: Reason) {
        self.kept.entry(snapshot.id.clone()).or_default().insert(reason);
    }

    /// `snapshots` are of one kind, the newest first.
    fn by_rules(&mut self, question: &Question<'_>, snapshots: &[&Snapshot]) {
        let keep = question.keep;
        snapshots.iter().take(keep.last).for_each(|snapshot| self.keep(snapshot, Reason::Last));
        let spans: [(usize, Reason, Span); 5] = [
            (keep.hourly, Reason::Hourly, |at| (year(at), at.day_of_year().into(), at.hour().into())),
            (keep.daily, Reason::Daily, |at| (year(at), at.day_of_year().into(), 0)),
            (keep.weekly, Reason::Weekly, |at| {
                let week = at.date().iso_week_date();
                (week.year().into(), week.week().into(), 0)
            }),
            (keep.monthly, Reason::Monthly, |at| (year(at), at.month().into(), 0)),
            (keep.yearly, Reason::Yearly, |at| (year(at), 0, 0)),
        ];
        for (wanted, reason, span) in spans {
            // A good one stands for its span, wherever there is one.
            let mut chosen: Vec<((i64, i64, i64), &Snapshot)> = Vec::new();
            for snapshot in snapshots {
                let key = span(civil(snapshot.at, question.zone));
                match chosen.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, held)) if held.partial && !snapshot.partial => *held = snapshot,
                    Some(_) => {}
                    None => chosen.push((key, snapshot)),
                }
            }
            chosen.into_iter().take(wanted).for_each(|(_, snapshot)| self.keep(snapshot, reason));
        }
    }
}

/// What keeps a snapshot whatever the rules say.
fn apart_from_rules(question: &Question<'_>, snapshot: &Snapshot) -> Vec<Reason> {
    let age = question.now.saturating_sub(snapshot.at);
    let failing = question.suspend_after > 0
        && question.runs.len() >= question.suspend_after
        && question.runs.iter().take(question.suspend_after).all(|good| !good);
    let reasons = [
        (snapshot.pinned, Reason::Pinned),
        (age < DAY, Reason::Fresh),
        (snapshot.kind == Kind::PreRestore && age < WEEK, Reason::WayBack),
        (failing, Reason::Suspended),
        (question.keep == Keep::default(), Reason::NoRule),
    ];
    reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
}

/// The time on a clock of the zone. What no calendar holds is at its beginning.
fn civil(at: i64, zone: &TimeZone) -> DateTime {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_datetime(at)
}

fn year(at: DateTime) -> i64 {
    at.year().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_795_000_000_000;

    fn snapshot(days: i64, kind: Kind) -> Snapshot {
        Snapshot { id: format!("{kind:?}{days}"), at: NOW - days * DAY, kind, partial: false, pinned: false }
    }

    fn decide(keep: Keep, snapshots: &[Snapshot], runs: &[bool]) -> Retention {
        Retention::decide(&Question { keep, snapshots, runs, suspend_after: 3, now: NOW, zone: &TimeZone::UTC })
    }

    #[test]
    fn the_usual_rules_keep_a_week_of_days_five_weeks_and_a_year_of_months() {
        let daily: Vec<Snapshot> = (0..800).map(|days| snapshot(days, Kind::Scheduled)).collect();
        let decided = decide(Keep::USUAL, &daily, &[true]);
        let of = |reason| decided.kept.values().filter(|reasons| reasons.contains(&reason)).count();
        assert_eq!([Reason::Daily, Reason::Weekly, Reason::Monthly, Reason::Yearly].map(of), [7, 5, 12, 0]);
        assert_eq!(decided.kept.len() + decided.forgotten.len(), 800);
        assert_eq!(decided.forgotten[0], "Scheduled799");
    }

    #[test]
    fn a_good_snapshot_stands_for_its_day_though_a_partial_one_is_newer() {
        let mut two = [snapshot(3, Kind::Scheduled), snapshot(3, Kind::Scheduled), snapshot(2, Kind::Scheduled)];
        two[0].id = "later".into();
        two[0].at += 1000;
        two[0].partial = true;
        let decided = decide(Keep { daily: 2, ..Keep::default() }, &two, &[true]);
        assert_eq!(decided.forgotten, ["later"]);
    }

    #[test]
    fn nothing_is_given_up_while_runs_fail_or_without_a_rule() {
        let old: Vec<Snapshot> = (10..40).map(|days| snapshot(days, Kind::Manual)).collect();
        let one = Keep { last: 1, ..Keep::default() };
        for (keep, runs, forgotten) in [
            (one, &[false, false, false][..], 0),
            (one, &[false, false, true], 29),
            (one, &[false, false], 29),
            (Keep::default(), &[true], 0),
        ] {
            assert_eq!(decide(keep, &old, runs).forgotten.len(), forgotten, "{keep:?} {runs:?}");
        }
    }

    proptest! {
        #[test]
        fn what_must_stay_stays(
            made in proptest::collection::vec((-3i64..900, 0usize..4, any::<bool>(), any::<bool>()), 0..60),
            counts in proptest::array::uniform6(0usize..9),
            runs in proptest::collection::vec(any::<bool>(), 0..6),
        ) {
            let kinds = [Kind::Scheduled, Kind::Manual, Kind::PreUpgrade, Kind::PreRestore];
            let snapshots: Vec<Snapshot> = made.iter().enumerate().map(|(n, (hours, kind, partial, pinned))| Snapshot {
                id: n.to_string(), at: NOW - hours * DAY / 3, kind: kinds[*kind], partial: *partial, pinned: *pinned,
            }).collect();
            let [last, hourly, daily, weekly, monthly, yearly] = counts;
            let keep = Keep { last, hourly, daily, weekly, monthly, yearly };
            let decided = decide(keep, &snapshots, &runs);
            prop_assert_eq!(decided.kept.len() + decided.forgotten.len(), snapshots.len());
            let failing = runs.len() >= 3 && runs[..3].iter().all(|good| !good);
            for snapshot in snapshots.iter().filter(|s| decided.forgotten.contains(&s.id)) {
                let age = NOW - snapshot.at;
                prop_assert!(!failing && keep != Keep::default() && !snapshot.pinned && age >= DAY);
                prop_assert!(snapshot.kind != Kind::PreRestore || age >= WEEK);
                prop_assert!(snapshot.partial || snapshots.iter().any(|s| !s.partial && s.at >= snapshot.at && s.id != snapshot.id));
            }
            // A second look forgets nothing more, and a larger rule never keeps less.
            let left: Vec<Snapshot> = snapshots.iter().filter(|s| decided.kept.contains_key(&s.id)).cloned().collect();
            prop_assert_eq!(decide(keep, &left, &runs).forgotten, Vec::<String>::new());
            let more = decide(Keep { daily: keep.daily + 1, ..keep }, &snapshots, &runs);
            prop_assert!(keep == Keep::default() || decided.kept.keys().all(|id| more.kept.contains_key(id)));
        }
    }
}
