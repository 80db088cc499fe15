//! Made-up newer versions and policies for the page.

use super::{AppUpdatesView, NewerRow, PolicyForm, TriedRow};
use crate::updates::{Mode, UpdatePolicy};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::{CheckState, OperationState};
use crate::web::updates::Fate;
use crate::web::when::When;

impl AppUpdatesView {
    pub fn samples() -> Vec<Self> {
        let row = |version: &str, step, note: &str| NewerRow {
            version: version.to_owned(),
            step,
            note: note.to_owned(),
            href: "/apps/wiki.example.org/deployment?version=1.2.0".to_owned(),
        };
        let fate = |state, text: &str| Fate { state, text: text.to_owned(), why: vec![] };
        let none = Self {
            shell: Shell::sample("Updates of wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Updates) },
            current: Some("1.1.0+2024-02-06a".to_owned()),
            known: true,
            newer: vec![],
            fate: fate(CheckState::Passed, "There is no newer version"),
            tried: vec![],
            policy: "only tell".to_owned(),
            form: PolicyForm::of(UpdatePolicy::default()),
            chosen: None,
            problems: Problems::none(),
            may_edit: true,
        };
        let mut held = Self {
            newer: vec![row("2.0.0+2025", "major", "Run <starting> by hand.\nThen wait."), row("1.2.0+2024", "minor", "")],
            fate: fate(CheckState::Failed, "Canteen does not deploy 1.2.0+2024 by itself, and somebody has to look"),
            tried: vec![TriedRow {
                version: "1.1.0+2024-02-06a".to_owned(),
                operation: 41,
                state: OperationState::Failed,
                when: When::sample(3000),
            }],
            form: PolicyForm::of(UpdatePolicy { mode: Mode::Minor, backup_before: true, ..UpdatePolicy::default() }),
            chosen: Some(("Ana".to_owned(), When::sample(9000))),
            ..none.clone()
        };
        held.fate.why = vec!["It has settings that nobody has answered yet: DEPTH".to_owned()];
        let seen = Self { may_edit: false, ..held.clone() };
        let unknown = Self { known: false, current: Some("eb96de94".to_owned()), ..none.clone() };
        let idle = Self { app: AppHeader::sample_not_deployed(Tab::Updates), current: None, ..none.clone() };
        let mut wrong = held.clone();
        "all".clone_into(&mut wrong.form.mode);
        wrong.problems.add("mode", "Choose how far Canteen may go by itself");
        wrong.problems.add("day.0", "Tick a day at least, or let Canteen only tell");
        wrong.problems.add("from", "Choose an hour from 0 to 23");
        vec![none, held, seen, unknown, idle, wrong]
    }
}
