//! The page with made-up contents.

use super::{CommitChoice, CommitNote, Faults, PlanView, ReleaseNote, SafetyChoice, SettingsChange, Shifted, Ticked};
use crate::access::approval::Kind;
use crate::recipe::after::Occasion;
use crate::web::apps::changes::Changes;
use crate::web::apps::commands::AskedSteps;
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::new::Wizard;
use crate::web::powers::Powers;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::when::When;

impl PlanView {
    pub fn samples() -> Vec<Self> {
        let upgrade = Self {
            shell: Shell::sample("Review the deploy of wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Overview) },
            wizard: None,
            from_version: Some("1.0.0+2023-04-04".to_owned()),
            to_version: "1.1.0+2024-02-06a".to_owned(),
            versions: vec!["1.1.0+2024-02-06a".to_owned(), "1.0.0+2023-04-04".to_owned()],
            choice: Some(CommitChoice { branches: vec!["main".to_owned(), "<try>".to_owned()], ..CommitChoice::default() }),
            note: None,
            changes: Changes::sample(),
            release_notes: vec![ReleaseNote {
                version: "1.1.0+2024-02-06a".to_owned(),
                text: "Pages are re-indexed at the first start.\nIt takes a minute.".to_owned(),
            }],
            faults: Faults::default(),
            shifted: Shifted::default(),
            settings: SettingsChange {
                saved: vec!["SMTP_HOST".to_owned()],
                new: vec!["CACHE_SIZE".to_owned()],
                gone: vec!["OLD_THEME".to_owned()],
            },
            leftovers: vec!["cron".to_owned()],
            after: AskedSteps::sample(Occasion::Upgrade),
            ticked: Ticked::ALL,
            safety: SafetyChoice {
                to: vec![(1, "<Attic>".to_owned()), (2, "Cellar".to_owned())],
                chosen: 2,
                ticked: true,
                large: true,
                in_spite: String::new(),
                impossible: "",
            },
            problems: Problems::none(),
            kind: Kind::Deploy,
            may_deploy: true,
        };
        let first = Self {
            wizard: Some(Wizard {
                at: 5,
                chosen: "dokuwiki 1.1.0+2024-02-06a".to_owned(),
                back: Some("/apps/wiki.example.org/secrets".to_owned()),
                action: "/apps/wiki.example.org/deployment".to_owned(),
            }),
            app: AppHeader { primary: None, ..AppHeader::sample_not_deployed(Tab::Overview) },
            from_version: None,
            settings: SettingsChange::default(),
            leftovers: Vec::new(),
            changes: Changes { warnings: Vec::new(), host_powers: Powers::default(), ..Changes::sample() },
            ..upgrade.clone()
        };
        let blocked = Self { changes: Changes::sample_blocked(), ..upgrade.clone() };
        let mut stale = Self { ticked: Ticked { prune: false, after: false, back: false }, ..upgrade.clone() };
        stale.after.ticked = false;
        stale.safety = SafetyChoice {
            impossible: "No backup is made before, for no repository takes backups yet.",
            ..SafetyChoice::default()
        };
        stale.problems.add("", "Something changed after you opened this page, so nothing was started. This is the new plan");
        let nothing = Self {
            changes: Changes::sample_empty(),
            from_version: Some(upgrade.to_version.clone()),
            release_notes: Vec::new(),
            settings: SettingsChange::default(),
            leftovers: Vec::new(),
            ..upgrade.clone()
        };
        let faults = Faults {
            rows: vec![crate::web::recipes::lint::RuleRow::sample()],
            report: "/recipes/dokuwiki/lint?version=1.1.0".to_owned(),
            ..Faults::default()
        };
        let broken_rules = Self { faults: faults.clone(), ..upgrade.clone() };
        let mut no_reason =
            Self { faults: Faults { overridden: true, reason: "a \"\"Ana\"\" <wiki>".to_owned(), ..faults }, ..upgrade.clone() };
        no_reason.problems.add("override", "The recipe breaks rules; tick the box if it is to be deployed all the same");
        no_reason.problems.add("reason", "Say why it is to be deployed although the recipe breaks rules");
        let shifted = Shifted {
            lines: vec!["1.1.0+2024-02-06a was eb96de94 and is now 0f17aa02".to_owned()],
            newest: 17,
            recipe: "dokuwiki".to_owned(),
            accepted: false,
        };
        let changed_later = Self { shifted: shifted.clone(), ..upgrade.clone() };
        let mut not_ticked = Self { shifted, faults: no_reason.faults.clone(), ..nothing.clone() };
        not_ticked
            .problems
            .add("shifted", "The version changed after it was published; tick the box if you want to go on all the same");
        let note = CommitNote::sample();
        let commit = Self {
            to_version: "eb96de94".to_owned(),
            choice: Some(CommitChoice { branches: vec!["main".to_owned()], branch: "main".to_owned(), commit: String::new() }),
            note: Some(note.clone()),
            release_notes: Vec::new(),
            ..upgrade.clone()
        };
        let alone = CommitNote { branch: String::new(), after: None, release: None, release_is_newer: false, chaos: false, ..note };
        let mut no_commit = Self {
            note: Some(alone),
            choice: Some(CommitChoice { commit: "\"eb9".to_owned(), ..CommitChoice::default() }),
            ..nothing.clone()
        };
        no_commit.problems.add("commit", "A commit is written with 4 to 40 of the signs 0–9 and a–f, such as eb96de94");
        let read_only = Self { may_deploy: false, choice: None, ..upgrade.clone() };
        vec![
            upgrade,
            first,
            blocked,
            stale,
            nothing,
            broken_rules,
            no_reason,
            changed_later,
            not_ticked,
            commit,
            no_commit,
            read_only,
        ]
    }
}

impl CommitNote {
    pub fn sample() -> Self {
        Self {
            short: "eb96de94".to_owned(),
            id: "eb96de94".repeat(5),
            subject: "Try <another> database".to_owned(),
            when: When::sample(2000),
            branch: "main".to_owned(),
            after: Some("1.0.0+2023-04-04".to_owned()),
            release: Some("1.1.0+2024-02-06a".to_owned()),
            release_is_newer: true,
            chaos: true,
        }
    }
}
