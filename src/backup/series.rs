//! Which snapshots of an app no schedule keeps any longer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::policy::SUSPEND_AFTER;
use super::retention::{Keep, Kind, Question, Retention, Snapshot};

/// A snapshot that is in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub id: String,
    /// Milliseconds since 1970 (UTC).
    pub at: i64,
    pub kind: Kind,
    pub partial: bool,
    pub pinned: bool,
    /// What it holds.
    pub paths: Vec<String>,
    /// The operation that made it; `None` where that is not known, as after a new beginning.
    pub operation: Option<i32>,
}

/// What one schedule keeps, and whose days it counts.
#[derive(Clone, Debug)]
pub struct Rule {
    pub keep: Keep,
    pub zone: TimeZone,
}

/// Those that may go. A backup of an app on several nodes makes a snapshot on each, and they stay or go together: the half of a backup is
/// worth little. Where several schedules go into the same repository, what one of them keeps stays. Without a schedule all stay.
///
/// `runs` tells whether the app's runs were good, the newest first.
pub fn given_up(found: &[Found], rules: &[Rule], runs: &[bool], now: i64) -> BTreeSet<String> {
    let mut series: BTreeMap<Vec<String>, BTreeMap<String, Vec<&Found>>> = BTreeMap::new();
    for one in found {
        let (series_of, unit) = match one.operation {
            Some(operation) => (vec![], format!("operation {operation}")),
            // Snapshots of which nothing is known but what they hold: those of one node hold the same.
            None => (one.paths.clone(), one.id.clone()),
        };
        series.entry(series_of).or_default().entry(unit).or_default().push(one);
    }
    let mut gone = BTreeSet::new();
    for units in series.values() {
        let snapshots: Vec<Snapshot> = units.iter().filter_map(|(name, parts)| together(name, parts)).collect();
        let mut undecided: Option<BTreeSet<String>> = None;
        for rule in rules {
            let question =
                Question { keep: rule.keep, snapshots: &snapshots, runs, suspend_after: SUSPEND_AFTER, now, zone: &rule.zone };
            let forgotten: BTreeSet<String> = Retention::decide(&question).forgotten.into_iter().collect();
            undecided = Some(match undecided {
                Some(before) => before.intersection(&forgotten).cloned().collect(),
                None => forgotten,
            });
        }
        let units_gone = undecided.unwrap_or_default();
        let parts = units.iter().filter(|(name, _)| units_gone.contains(*name)).flat_map(|(_, parts)| parts);
        gone.extend(parts.map(|one| one.id.clone()));
    }
    gone
}

/// The parts of one backup as one: as old as its youngest part, and as good as its worst.
fn together(name: &str, parts: &[&Found]) -> Option<Snapshot> {
    let last = parts.iter().max_by_key(|part| part.at)?;
    Some(Snapshot {
        id: name.to_owned(),
        at: last.at,
        kind: last.kind,
        partial: parts.iter().any(|part| part.partial),
        pinned: parts.iter().any(|part| part.pinned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000_000;
    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn found(id: &str, days: i64, operation: Option<i32>, path: &str) -> Found {
        let paths = vec![path.to_owned()];
        Found { id: id.to_owned(), at: NOW - days * DAY, kind: Kind::Scheduled, partial: false, pinned: false, paths, operation }
    }

    fn last(last: usize) -> Rule {
        Rule { keep: Keep { last, ..Keep::default() }, zone: TimeZone::UTC }
    }

    fn gone(found: &[Found], rules: &[Rule]) -> Vec<String> {
        given_up(found, rules, &[true], NOW).into_iter().collect()
    }

    #[test]
    fn the_parts_of_a_backup_on_several_nodes_stay_or_go_together() {
        let all = [
            found("a1", 9, Some(1), "/a"),
            found("b1", 9, Some(1), "/b"),
            found("a2", 5, Some(2), "/a"),
            found("b2", 5, Some(2), "/b"),
        ];
        assert_eq!(gone(&all, &[last(1)]), ["a1", "b1"]);
        assert_eq!(gone(&all, &[last(2)]), Vec::<String>::new());
        let mut pinned = all;
        pinned[0].pinned = true;
        assert_eq!(gone(&pinned, &[last(1)]), Vec::<String>::new());
    }

    #[test]
    fn where_the_operation_is_not_known_those_of_each_node_are_counted_alone() {
        let all = [found("a1", 9, None, "/a"), found("b1", 9, None, "/b"), found("a2", 5, None, "/a"), found("b2", 5, None, "/b")];
        assert_eq!(gone(&all, &[last(1)]), ["a1", "b1"]);
    }

    #[test]
    fn what_one_schedule_keeps_another_does_not_give_up() {
        let all: Vec<Found> = (2..9).map(|n| found(&n.to_string(), n, Some(i32::try_from(n).unwrap()), "/a")).collect();
        assert_eq!(gone(&all, &[last(1), last(5)]), ["7", "8"]);
        assert_eq!(gone(&all, &[]), Vec::<String>::new(), "without a schedule all stay");
    }
}
