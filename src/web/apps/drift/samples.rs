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
            changes: Changes::sample(),
        };
        let page = Self {
            shell: Shell::sample("Changes outside of Canteen to wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Overview) },
            found: Some(found.clone()),
            problems: Problems::none(),
            may_decide: true,
        };
        let gone = Self { found: Some(DriftFound { gone: true, foreign: None, ..found.clone() }), ..page.clone() };
        let blocked = Self { found: Some(DriftFound { changes: Changes::sample_blocked(), ..found }), ..page.clone() };
        let mut stale = page.clone();
        stale.problems.add("", "Something changed after you opened this page, so nothing was started. This is how it is now");
        let none = Self { found: None, ..page.clone() };
        let read_only = Self { may_decide: false, ..page.clone() };
        vec![page, gone, blocked, stale, none, read_only]
    }
}
