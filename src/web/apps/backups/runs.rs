//! What backups made, in plain words.

use crate::store::backups::BackupRun;
use crate::web::Site;
use crate::web::page::moment;
use crate::web::status::Mark;
use crate::web::when::When;

/// So many are shown.
pub(super) const SHOWN: i64 = 50;

/// What one runner made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    pub operation: i32,
    pub when: When,
    pub mark: Mark,
    /// Why; empty if there is nothing to explain.
    pub cause: String,
    /// Such as "By hand".
    pub kind: &'static str,
    pub repository: String,
    pub node: String,
    /// Files and bytes, such as "12 files, 3.4 MB"; empty if no snapshot was made.
    pub holds: String,
    /// The beginning of restic's id, and all of it; empty if none was made.
    pub snapshot: (String, String),
    /// It is in the repository no more.
    pub is_gone: bool,
    /// Since when it is kept for good, and who wanted that.
    pub pinned: Option<(When, String)>,
}

pub(super) fn rows(site: &Site, made: Vec<BackupRun>) -> Vec<RunRow> {
    made.into_iter().map(|run| row(site, run)).collect()
}

pub(super) fn row(site: &Site, run: BackupRun) -> RunRow {
    let files = if run.files == 1 { "1 file".to_owned() } else { format!("{} files", run.files) };
    let holds = if run.snapshot.is_empty() { String::new() } else { format!("{files}, {}", size(run.bytes)) };
    RunRow {
        operation: run.operation,
        when: moment(site, run.ended),
        mark: mark(&run.outcome),
        cause: run.cause,
        kind: kind(&run.kind),
        repository: run.repository.1,
        node: run.node,
        holds,
        is_gone: run.gone.is_some(),
        pinned: run.pinned.map(|(at, by)| (moment(site, at), by)),
        snapshot: (run.snapshot.chars().take(8).collect(), run.snapshot),
    }
}

/// Never green unless everything is in it.
pub(super) fn mark(outcome: &str) -> Mark {
    match outcome {
        "succeeded" => Mark { tone: "ok", glyph: "✓", word: "Done" },
        "partial" => Mark { tone: "warn", glyph: "▲", word: "Partial" },
        "cancelled" => Mark { tone: "idle", glyph: "‖", word: "Stopped" },
        _ => Mark { tone: "bad", glyph: "✕", word: "Failed" },
    }
}

fn kind(word: &str) -> &'static str {
    match word {
        "scheduled" => "By schedule",
        "pre-upgrade" => "Before an upgrade",
        "pre-restore" => "Before a restore",
        "state" => "The dashboard itself",
        _ => "By hand",
    }
}

/// Such as "3.4 MB".
pub(super) fn size(bytes: i64) -> String {
    const UNITS: [(&str, i64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    match UNITS.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_largest_unit_that_fits() {
        let told = [12, 3_400, 3_450_000, 2_000_000_000].map(size);
        assert_eq!(told, ["12 bytes", "3.4 kB", "3.4 MB", "2.0 GB"]);
    }

    #[test]
    fn only_what_succeeded_is_green() {
        for outcome in ["partial", "failed", "cancelled", "lost", ""] {
            assert_ne!(mark(outcome).tone, "ok", "{outcome}");
        }
        assert_eq!(mark("succeeded").tone, "ok");
    }
}
