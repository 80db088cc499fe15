//! Examples of the page.

use super::{BackupsView, GapRow, Held, HookRow, VolumeRow};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Shell};
use crate::web::status::Mark;

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
        let planned = Self { runs: false, held: Some(none), ..full.clone() };
        let trouble = Self { runs: false, held: None, trouble: Some("The recipe has no <compose>.yml".to_owned()), ..full.clone() };
        vec![full, gaps, planned, trouble]
    }
}
