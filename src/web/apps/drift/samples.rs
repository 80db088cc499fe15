//! The page with made-up contents.

use super::{DriftFound, DriftView};
use crate::web::apps::changes::Changes;
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::when::When;

impl DriftView {
    pub fn samples() -> Vec<Self> {
        let found = DriftFound {
            version: "1.1.0+2024-02-06a".to_owned(),
            operation: "41".to_owned(),
            when: When::sample(2000),
            foreign: Some("1.2.0+2024-08-01".to_owned()),
            gone: false,
            taken: false,
            added: vec!["<helper>".to_owned()],
            prune: true,
            confirm: true,
            against_reapply: None,
            against_adopt: None,
            changes: Changes { differs: true, ..Changes::sample() },
        };
        let page = Self {
            shell: Shell::sample("Changes outside of Canteen to wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Overview) },
            found: Some(found.clone()),
            problems: Problems::none(),
            may_decide: true,
        };
        let gone = Self { found: Some(DriftFound { gone: true, foreign: None, ..found.clone() }), ..page.clone() };
        let blocked = Self {
            found: Some(DriftFound { changes: Changes { differs: true, ..Changes::sample_blocked() }, ..found.clone() }),
            ..page.clone()
        };
        let mut stale = page.clone();
        stale.problems.add("", "Something changed after you opened this page, so nothing was started. This is how it is now");
        let mut unconfirmed = page.clone();
        unconfirmed.problems.add("confirm", "Type wiki.example.org, exactly so, if it may have power over the machine");
        let none = Self { found: None, ..page.clone() };
        let why = || Some("Only an admin may deploy what asks for this: \"<app>\": opens a folder".to_owned());
        let refused = DriftFound { taken: true, against_reapply: why(), against_adopt: why(), ..found.clone() };
        let refused = Self { found: Some(refused), ..page.clone() };
        let read_only = Self { may_decide: false, ..page.clone() };
        vec![page, gone, blocked, stale, unconfirmed, none, refused, read_only]
    }
}
