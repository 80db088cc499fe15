//! The pages with made-up contents.

use super::{ImportView, ImportsView, StackRow};
use crate::web::apps::changes::Changes;
use crate::web::apps::deployment::{Faults, Shifted};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};

impl ImportsView {
    pub fn samples() -> Vec<Self> {
        let row = |stack: &str, recipe: &str, version: &str, known| StackRow {
            stack: stack.to_owned(),
            recipe: recipe.to_owned(),
            version: version.to_owned(),
            services: 2,
            known,
        };
        let full = Self {
            shell: Shell::sample("Import apps", Nav::Apps),
            docker_answers: true,
            stacks: vec![row("wiki_example_org", "dokuwiki", "1.0.0+2023-04-04", true), row("pad", "<pad>", "", false)],
        };
        let empty = Self { docker_answers: false, stacks: Vec::new(), ..full.clone() };
        vec![full, empty]
    }
}

impl ImportView {
    pub fn samples() -> Vec<Self> {
        let same = Self {
            shell: Shell::sample("Import wiki_example_org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Overview) },
            stack: "wiki_example_org".to_owned(),
            version: "1.1.0+2024-02-06a".to_owned(),
            versions: vec!["1.1.0+2024-02-06a".to_owned(), "1.0.0+2023-04-04".to_owned()],
            settings: "TYPE=dokuwiki:1.1.0+2024-02-06a\nDOMAIN=wiki.example.org\nTITLE='<wiki>'\n".to_owned(),
            changes: Changes::sample_empty(),
            faults: Faults::default(),
            shifted: Shifted::default(),
            runs: "1.0.0+2023-04-04".to_owned(),
            refused: None,
            hash: "0f".repeat(32),
            problems: Problems::none(),
        };
        let rows = vec![crate::web::recipes::lint::RuleRow::sample()];
        let faults = Faults { rows, report: "/recipes/dokuwiki/lint?version=1.1.0".to_owned(), ..Faults::default() };
        let differs = Self { changes: Changes::sample(), faults, ..same.clone() };
        let why = "Nobody may deploy this by the dashboard: <app>: an unknown option; take it out of the recipe";
        let refused = Self { refused: Some(why.to_owned()), ..differs.clone() };
        let mut unread = Self { settings: String::new(), changes: Changes::default(), ..same.clone() };
        unread.problems.add("version", "The recipe dokuwiki has no version 9");
        let mut taken = same.clone();
        taken.problems.add("name", "The app wiki.example.org has this address, or one that makes the same stack name");
        vec![same, differs, refused, unread, taken]
    }
}
