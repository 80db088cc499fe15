//! Examples of the page.

use super::{BackupsView, EntryRow, FoundView, GapRow, Held, HookRow, RunRow, SnapshotView, VolumeRow};
use crate::restic::EntryKind;
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::Mark;
use crate::web::when::When;

/// What one runner made.
fn made(operation: i32, outcome: &str, cause: &str) -> RunRow {
    RunRow {
        operation,
        when: When::sample(i64::from(operation) * 7),
        mark: super::runs::mark(outcome),
        cause: cause.to_owned(),
        kind: "By hand",
        repository: "Attic".to_owned(),
        node: "node-1".to_owned(),
        holds: "1204 files, 38.1 MB".to_owned(),
        snapshot: ("4f2a90c1".to_owned(), "4f2a90c1".repeat(8)),
        is_gone: false,
        pinned: None,
    }
}

impl BackupsView {
    pub fn samples() -> Vec<Self> {
        let (dump, live) = (Mark { tone: "ok", glyph: "●", word: "Dump" }, Mark { tone: "info", glyph: "◐", word: "Live" });
        let volume = |name: &str, services: &[&str], share: &str, mark, database| VolumeRow {
            name: name.to_owned(),
            full: format!("wiki_example_org_{name}"),
            services: services.iter().map(|s| (*s).to_owned()).collect(),
            share: share.to_owned(),
            mark,
            database,
        };
        let hook = |when, command: &str| HookRow { when, service: "db".to_owned(), command: command.to_owned() };
        let held = Held {
            mark: dump,
            sentence: "A hook dumps the database first, so what it holds fits together. Other files are copied while the app runs.",
            volumes: vec![
                volume("pages", &["app", "search"], "All of it", live, ""),
                volume("db-data", &["db"], "Only <backup>.sql", dump, "PostgreSQL"),
            ],
            hooks: vec![hook("Before a backup", "/dump.sh <save> && true"), hook("After a restore", "/dump.sh load")],
            gaps: vec![],
        };
        let full = Self {
            shell: Shell::sample("Backups of <wiki>.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Backups) },
            repositories: vec![(1, "Attic".to_owned()), (2, "A <cellar>".to_owned())],
            may_begin: true,
            may_restore: true,
            obstacle: String::new(),
            made: vec![
                made(8, "partial", "something is missing in this backup; the steps above name it"),
                RunRow { pinned: Some((When::sample(3), "<Ana>".to_owned())), ..made(5, "succeeded", "") },
                RunRow { is_gone: true, ..made(4, "succeeded", "") },
                RunRow { holds: String::new(), snapshot: Default::default(), ..made(3, "failed", "no node takes the <runner>") },
            ],
            problems: Problems::none(),
            runs: true,
            held: Some(held.clone()),
            trouble: None,
            now: vec![],
            then: vec![],
            rules: "/recipes/dokuwiki/lint?version=1.1.0".to_owned(),
        };
        let warn = |word| Mark { tone: "warn", glyph: "▲", word };
        let bare = Held {
            mark: warn("Nothing"),
            sentence: "A backup by these labels would hold nothing of this app.",
            volumes: vec![volume("pages", &["app"], "Nothing: a label of app leaves it out", warn("Left out"), "")],
            hooks: vec![],
            gaps: vec![GapRow { mark: warn("Gap"), text: "App asks for a backup, but <every> volume is left out".to_owned() }],
        };
        let gaps = Self {
            held: Some(bare),
            now: vec!["Volume pages: Nothing: a label of <app> leaves it out".to_owned()],
            then: vec!["Volume pages: All of it".to_owned()],
            ..full.clone()
        };
        let none = Held { volumes: vec![], hooks: vec![], ..held };
        let nowhere = "There is no repository yet that takes backups.".to_owned();
        let planned = Self { runs: false, held: Some(none), repositories: vec![], obstacle: nowhere, made: vec![], ..full.clone() };
        let trouble = Self { runs: false, held: None, trouble: Some("The recipe has no <compose>.yml".to_owned()), ..full.clone() };
        vec![full, gaps, planned, trouble]
    }
}

impl FoundView {
    pub fn samples() -> Vec<Self> {
        let none = Self {
            shell: Shell::sample("Other backups of <wiki>.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Backups) },
            rows: vec![],
            troubles: vec![],
        };
        let troubles = vec![("<Cellar>".to_owned(), "it did not answer within 25 seconds".to_owned())];
        let some = Self { rows: vec![made(0, "partial", ""), made(0, "succeeded", "")], troubles, ..none.clone() };
        vec![none, some]
    }
}

impl SnapshotView {
    pub fn samples() -> Vec<Self> {
        let first = Self {
            shell: Shell::sample("Snapshot 4f2a90c1 of <wiki>.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Backups) },
            run: made(5, "succeeded", ""),
            gone: None,
            may_restore: true,
            may_download: true,
            may_pin: true,
            volumes: vec![("pages".to_owned(), "in=pages".to_owned()), ("db-<data>".to_owned(), "in=db".to_owned())],
            way: vec![],
            inside: String::new(),
            here: String::new(),
            trouble: String::new(),
            entries: vec![],
            total: 0,
            before: None,
            after: None,
        };
        let entry = |name: &str, kind, size: &str| EntryRow {
            name: name.to_owned(),
            inside: format!("pages/{name}"),
            query: "in=pages".to_owned(),
            kind,
            size: size.to_owned(),
            changed: When::sample(40),
            permissions: "-rw-r-----".to_owned(),
        };
        let entries = vec![
            entry("attic", EntryKind::Folder, ""),
            entry(
                "<b>a very long name of a file that nobody would have thought of, and then some more of it</b>.txt",
                EntryKind::File,
                "3.4 MB",
            ),
            entry("latest", EntryKind::Link, ""),
        ];
        let folder = Self {
            volumes: vec![],
            way: vec![("pages".to_owned(), "in=pages".to_owned()), ("20<26>".to_owned(), "in=pages%2F2026".to_owned())],
            inside: "pages/2026".to_owned(),
            here: "in=pages%2F2026".to_owned(),
            total: 612,
            before: Some(1),
            after: Some(3),
            entries,
            ..first.clone()
        };
        let empty = Self { total: 0, entries: vec![], before: None, after: None, ..folder.clone() };
        let trouble = Self { trouble: "Attic did not answer within 25 seconds".to_owned(), ..empty.clone() };
        let pinned = RunRow { pinned: Some((When::sample(3), "<Ana>".to_owned())), ..made(5, "partial", "something is missing") };
        let pinned = Self { run: pinned, ..first.clone() };
        let gone = Self { gone: Some(When::sample(9)), volumes: vec![], ..first.clone() };
        vec![first, folder, empty, trouble, pinned, gone]
    }
}
