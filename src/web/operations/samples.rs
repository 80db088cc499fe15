//! The pages of operations with made-up contents.

use super::{OperationRow, OperationView, OperationsView, OutputLine, OutputPart, Progress, StepLine};
use crate::web::apps::logs::looks;
use crate::web::shell::{Link, Nav, Shell};
use crate::web::status::{OperationState, StepState};
use crate::web::when::When;

impl OperationsView {
    pub fn samples() -> Vec<Self> {
        let row = |id: &str, title: &str, app: &str, state, minutes, took: &str| OperationRow {
            id: id.to_owned(),
            title: title.to_owned(),
            app: app.to_owned(),
            app_href: format!("/apps/{app}"),
            removed: app.starts_with("old."),
            state,
            by: "Ana".to_owned(),
            started: When::sample(minutes),
            took: took.to_owned(),
        };
        let full = Self {
            shell: Shell::sample_busy("Operations", Nav::Operations),
            rows: vec![
                row("42", "Deploy 1.1.0", "wiki.example.org", OperationState::Running, 0, "12 s"),
                row("41", "Deploy 11.0.2", "cloud.example.org", OperationState::Queued, 1, ""),
                row("40", "Undeploy", "old.example.org", OperationState::Done, 55, "9 s"),
                row("39", "Deploy 2.0.1", "pad.example.org", OperationState::Failed, 3000, "5 min"),
                row("38", "Refresh the catalogue", "", OperationState::Cancelled, 9000, "2 s"),
            ],
            older: Some("/operations?before=38".to_owned()),
            live: Some("/operations/events".to_owned()),
            rows_url: "/operations/rows".to_owned(),
        };
        let empty =
            Self { shell: Shell::sample("Operations", Nav::Operations), rows: Vec::new(), older: None, live: None, ..full.clone() };
        vec![empty, full]
    }
}

impl OperationView {
    pub fn samples() -> Vec<Self> {
        let step = |name: &str, state, elapsed: &str, lines: &[&str]| StepLine {
            name: name.to_owned(),
            state,
            elapsed: elapsed.to_owned(),
            lines: lines.iter().map(ToString::to_string).collect(),
        };
        let progress = |service: &str, running, note: &str| Progress {
            service: service.to_owned(),
            running,
            wanted: 2,
            note: note.to_owned(),
        };
        let link = |label: &str, href: &str| Link { label: label.to_owned(), href: href.to_owned() };
        let running = Self {
            shell: Shell::sample("Deploy 1.1.0 of wiki.example.org", Nav::Operations),
            id: "42".to_owned(),
            title: "Deploy 1.1.0".to_owned(),
            app: "wiki.example.org".to_owned(),
            app_href: "/apps/wiki.example.org".to_owned(),
            removed: false,
            state: OperationState::Running,
            by: "Ana".to_owned(),
            started: Some(When::sample(0)),
            elapsed: "12 s".to_owned(),
            waits: String::new(),
            steps: vec![
                step("Compare with the plan", StepState::Done, "1 s", &[]),
                step(
                    "Create networks and configs",
                    StepState::Done,
                    "2 s",
                    &["created network internal", "created config nginx_conf v3"],
                ),
                step("Update services", StepState::Running, "9 s", &["updating service app"]),
                step("Wait until all tasks run", StepState::Queued, "", &[]),
                step("Remove what is no longer used", StepState::Queued, "", &[]),
            ],
            services: vec![progress("app", 1, "pulling dokuwiki:2024-02-06a"), progress("db", 2, "")],
            log: vec!["app.1  ready to handle connections".to_owned(), "app.2  <starting>".to_owned()],
            output: Vec::new(),
            hidden_output: false,
            stop: None,
            outcome: String::new(),
            causes: Vec::new(),
            links: vec![link("To the app", "/apps/wiki.example.org")],
            reveal: None,
            stream: "/operations/42/events".to_owned(),
            live_url: "/operations/42/live".to_owned(),
        };
        let written = |stderr, text: &str| OutputLine { stderr, looks: looks(text) };
        let command = Self {
            title: "Run set_up in app".to_owned(),
            steps: vec![step("Run set_up", StepState::Running, "3 s", &["in app.1, on one", "with --password •••"])],
            services: Vec::new(),
            log: Vec::new(),
            output: vec![OutputPart {
                step: "Run set_up".to_owned(),
                left_out: "…\u{20}5,210 lines are not shown here".to_owned(),
                lines: vec![written(false, "\u{1b}[32mready\u{1b}[0m <b>"), written(true, "careful")],
            }],
            stop: Some("/operations/42/stop".to_owned()),
            ..running.clone()
        };
        let reader = Self { output: Vec::new(), hidden_output: true, stop: None, ..command.clone() };
        let queued = Self {
            state: OperationState::Queued,
            started: None,
            elapsed: String::new(),
            waits: "Only 2 commands run at once, and these run now: Run set_up in app of <pad>.example.org".to_owned(),
            steps: Vec::new(),
            services: Vec::new(),
            log: Vec::new(),
            ..running.clone()
        };
        let done = Self {
            state: OperationState::Done,
            elapsed: "48 s".to_owned(),
            steps: running
                .steps
                .iter()
                .map(|line| StepLine { state: StepState::Done, elapsed: "4 s".to_owned(), ..line.clone() })
                .collect(),
            services: vec![progress("app", 2, ""), progress("db", 2, "")],
            outcome: "wiki.example.org runs 1.1.0".to_owned(),
            links: vec![link("Open wiki.example.org", "https://wiki.example.org"), link("To the app", "/apps/wiki.example.org")],
            reveal: Some("/operations/42/reveal".to_owned()),
            ..running.clone()
        };
        let mut failed = Self {
            state: OperationState::Failed,
            outcome: "The service app did not come up; its old task runs again".to_owned(),
            causes: vec!["app.2: task: non-zero exit (1)".to_owned(), "app.2: db_password: no such secret".to_owned()],
            links: vec![
                link("Review another deploy", "/apps/wiki.example.org/deployment"),
                link("To the app", "/apps/wiki.example.org"),
            ],
            ..running.clone()
        };
        for (line, state) in failed.steps.iter_mut().skip(2).zip([StepState::Done, StepState::Failed, StepState::Skipped]) {
            line.state = state;
        }
        vec![running, queued, done, failed, command, reader]
    }
}
