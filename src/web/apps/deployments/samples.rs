//! The pages with made-up contents.

use super::{DeploymentRow, DeploymentsView, GoBackView, SettingsBack};
use crate::recipe::after::Occasion;
use crate::web::apps::changes::Changes;
use crate::web::apps::commands::AskedSteps;
use crate::web::apps::deployment::{Faults, Shifted};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::Verdict;
use crate::web::when::When;

impl DeploymentsView {
    pub fn samples() -> Vec<Self> {
        let row = |operation: u32, version: &str, verdict: Verdict, minutes| DeploymentRow {
            operation: operation.to_string(),
            version: version.to_owned(),
            commit: operation == 41,
            settings: "4".to_owned(),
            verdict,
            by: "Ana".to_owned(),
            when: When::sample(minutes),
            runs_now: false,
            back: (verdict == Verdict::Converged).then(|| format!("/apps/wiki.example.org/deployments/{operation}")),
        };
        let full = Self {
            shell: Shell::sample("Deploys of wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Deploys),
            rows: vec![
                row(44, "1.2.0+2024-08-01", Verdict::RolledBack, 3),
                DeploymentRow { runs_now: true, back: None, ..row(41, "1.1.0+2024-02-06a", Verdict::Converged, 2000) },
                row(38, "1.1.0+2024-02-06a", Verdict::TimedOut, 2010),
                row(36, "1.1.0+2024-02-06a", Verdict::Paused, 2020),
                row(35, "1.1.0+2024-02-06a", Verdict::Failed, 2030),
                row(12, "1.0.0+2023-04-04", Verdict::Converged, 90_000),
            ],
            older: Some("/apps/wiki.example.org/deployments?before=12".to_owned()),
        };
        let empty = Self { app: AppHeader::sample_not_deployed(Tab::Deploys), rows: Vec::new(), older: None, ..full.clone() };
        vec![full, empty]
    }
}

impl GoBackView {
    pub fn samples() -> Vec<Self> {
        let data =
            "Data is not put back. What a newer version has written may be unreadable for 1.0.0+2023-04-04; make a backup first";
        let page = Self {
            shell: Shell::sample("Put wiki.example.org back", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Deploys) },
            id: "12".to_owned(),
            version: "1.0.0+2023-04-04".to_owned(),
            when: When::sample(90_000),
            operation: "12".to_owned(),
            settings: Some(SettingsBack {
                revision: "2".to_owned(),
                saved: When::sample(90_100),
                by: "Ana".to_owned(),
                changed: vec!["SMTP_HOST".to_owned(), "SMTP_PORT".to_owned()],
                differs: true,
            }),
            newest: "7".to_owned(),
            changes: Changes { warnings: vec![data.to_owned()], ..Changes::sample() },
            faults: Faults::default(),
            shifted: Shifted::default(),
            after: AskedSteps::sample(Occasion::Rollback),
            problems: Problems::none(),
            may_go_back: true,
        };
        let blocked = Self { changes: Changes::sample_blocked(), ..page.clone() };
        let mut stale = Self { settings: None, ..page.clone() };
        stale.problems.add("", "Something changed after you opened this page, so nothing was started. This is the new plan");
        let same = page.settings.clone().map(|s| SettingsBack { changed: Vec::new(), differs: false, ..s });
        let version = page.app.version.clone();
        let nothing = Self { changes: Changes::sample_empty(), settings: same, version, ..page.clone() };
        let settings_alone = Self { changes: Changes::sample_empty(), ..page.clone() };
        let mut spoken_against = Self {
            faults: Faults {
                rows: vec![crate::web::recipes::lint::RuleRow::sample()],
                report: "/recipes/dokuwiki/lint?version=1.0.0".to_owned(),
                ..Faults::default()
            },
            shifted: Shifted {
                lines: vec!["1.0.0+2023-04-04 is gone from the repository".to_owned()],
                newest: 3,
                recipe: "dokuwiki".to_owned(),
                accepted: false,
            },
            ..page.clone()
        };
        spoken_against
            .problems
            .add("shifted", "The version changed after it was published; tick the box if you want to go on all the same");
        let read_only = Self { may_go_back: false, ..page.clone() };
        vec![spoken_against, page, blocked, stale, nothing, settings_alone, read_only]
    }
}
