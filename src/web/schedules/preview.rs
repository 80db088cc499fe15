//! What would stay of an app's backups by numbers that somebody types.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::backup::SUSPEND_AFTER;
use crate::backup::retention::{Keep, Kind, Question, Reason, Retention, Snapshot};
use crate::clock::Millis;

const DAY: Millis = 24 * 60 * 60 * 1000;
/// Two years of nights show what months and years keep.
const EXAMPLE_DAYS: i64 = 731;

/// What would stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// It is no app's backups, but one each night for two years.
    pub example: bool,
    pub total: usize,
    pub kept: usize,
    pub rows: Vec<PreviewRow>,
}

/// Those that stay for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    pub why: &'static str,
    pub count: usize,
    /// The day of the oldest, such as `2026-11-01`.
    pub oldest: String,
}

impl Preview {
    /// Of the app's snapshots, or of an example where it has none.
    pub(super) fn of(keep: Keep, snapshots: &[Snapshot], now: Millis, zone: &TimeZone) -> Self {
        let night = |days: i64| Snapshot {
            id: days.to_string(),
            at: now - days * DAY,
            kind: Kind::Scheduled,
            partial: false,
            pinned: false,
        };
        let example: Vec<Snapshot> = if snapshots.is_empty() { (0..EXAMPLE_DAYS).map(night).collect() } else { vec![] };
        let looked_at = if snapshots.is_empty() { &example } else { snapshots };
        let question = Question { keep, snapshots: looked_at, runs: &[], suspend_after: SUSPEND_AFTER, now, zone };
        let decided = Retention::decide(&question);
        let row = |(reason, why): (Reason, &'static str)| {
            let held = |snapshot: &&Snapshot| decided.kept.get(&snapshot.id).is_some_and(|reasons| reasons.contains(&reason));
            let times: Vec<Millis> = looked_at.iter().filter(held).map(|snapshot| snapshot.at).collect();
            let oldest = times.iter().min().copied()?;
            Some(PreviewRow { why, count: times.len(), oldest: day(oldest, zone) })
        };
        Self {
            example: snapshots.is_empty(),
            total: looked_at.len(),
            kept: decided.kept.len(),
            rows: REASONS.into_iter().filter_map(row).collect(),
        }
    }
}

const REASONS: [(Reason, &str); 12] = [
    (Reason::NoRule, "All numbers are 0, which is taken for a slip"),
    (Reason::Pinned, "Somebody wants them to stay"),
    (Reason::LastGood, "The newest one that is whole"),
    (Reason::Fresh, "Less than a day old"),
    (Reason::WayBack, "The way back from a restore, for a week"),
    (Reason::Last, "The newest"),
    (Reason::Hourly, "One an hour"),
    (Reason::Daily, "One a day"),
    (Reason::Weekly, "One a week"),
    (Reason::Monthly, "One a month"),
    (Reason::Yearly, "One a year"),
    (Reason::Suspended, "Backups fail at present, so nothing is given up"),
];

fn day(at: Millis, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_datetime(at).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_shows_how_far_back_one_would_come() {
        let now = 1_795_478_400_000;
        let preview = Preview::of(Keep::USUAL, &[], now, &TimeZone::UTC);
        let row = |why: &str| preview.rows.iter().find(|row| row.why == why).map(|row| (row.count, row.oldest.as_str()));
        assert_eq!(row("One a day"), Some((7, "2026-11-18")));
        assert_eq!(row("One a month"), Some((12, "2025-12-31")));
        assert_eq!((preview.example, preview.total, row("One a year")), (true, 731, None));
        let one = Snapshot { id: "x".to_owned(), at: now, kind: Kind::Manual, partial: false, pinned: true };
        let own = Preview::of(Keep::default(), &[one], now, &TimeZone::UTC);
        assert_eq!((own.example, own.kept, own.rows.len()), (false, 1, 4));
    }
}
