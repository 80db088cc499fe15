//! Examples of the page.

use super::{BackupsView, GapRow, Held, HookRow, RunRow, VolumeRow};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::Mark;
use crate::web::when::When;

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
        let made = |operation, outcome: &str, cause: &str| RunRow {
            operation,
            when: When::sample(i64::from(operation) * 7),
            mark: super::runs::mark(outcome),
            cause: cause.to_owned(),
            kind: "By hand",
            repository: "Attic".to_owned(),
            node: "node-1".to_owned(),
            holds: "1204 files, 38.1 MB".to_owned(),
            snapshot: ("4f2a90c1".to_owned(), "4f2a90c1".repeat(8)),
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
                made(5, "succeeded", ""),
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
