//! The pages of commands with made-up contents.

use super::{CommandRow, CommandView, CommandsView, RunRow, StepRow, Typed};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::OperationState;
use crate::web::when::When;

impl CommandsView {
    pub fn samples() -> Vec<Self> {
        let command = |name: &str, help: &str, reason| CommandRow { name: name.to_owned(), help: help.to_owned(), reason };
        let step = |variable, number, name: &str, arguments: &str| StepRow {
            variable,
            number,
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        };
        let run =
            |id, title: &str, state| RunRow { id, title: title.to_owned(), by: "Ana".to_owned(), when: When::sample(90), state };
        let full = Self {
            shell: Shell::sample("Commands of wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Commands),
            version: "1.1.0+2024-02-06a".to_owned(),
            commands: vec![
                command("set_up", "Makes the first member.\n\nset_up NAME <mail>", ""),
                command("tidy", "", ""),
                command("prepare", "Run with --local", "Not run here: it is meant for the machine of whoever types abra"),
            ],
            steps: vec![
                step("POST_DEPLOY_CMDS", 1, "set_up in app", "--password •••"),
                step("POST_UPGRADE_CMDS", 1, "tidy in app", ""),
            ],
            notes: vec!["POST_UNDEPLOY_CMDS is never run: after an undeploy there is no container left to run it in".to_owned()],
            runs: vec![run(42, "Run tidy in app", OperationState::Running), run(41, "Run set_up in app", OperationState::Failed)],
            problems: Problems::none(),
            may_run: true,
        };
        let empty = Self {
            app: AppHeader::sample_not_deployed(Tab::Commands),
            commands: vec![],
            steps: vec![],
            notes: vec![],
            runs: vec![],
            may_run: false,
            ..full.clone()
        };
        let mut wrong = full.clone();
        wrong.problems.add("", "The settings have changed since you opened this page; these are the steps now");
        vec![full, empty, wrong]
    }
}

impl CommandView {
    pub fn samples() -> Vec<Self> {
        let typed = |arguments: &str| Typed {
            service: "app".to_owned(),
            arguments: arguments.to_owned(),
            minutes: "10".to_owned(),
            ..Typed::default()
        };
        let page = Self {
            shell: Shell::sample("Run set_up in wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Commands),
            name: "set_up".to_owned(),
            help: "Makes the first member.\n\nset_up NAME <mail>".to_owned(),
            services: vec!["app".to_owned(), "db".to_owned()],
            typed: typed(""),
            problems: Problems::none(),
            may_run: true,
        };
        let reader = Self { may_run: false, help: String::new(), services: vec![], ..page.clone() };
        let mut wrong = Self { typed: typed("ana\n<b>"), ..page.clone() };
        for (field, text) in [
            ("service", "Choose a service that runs"),
            ("user", "A user is a name or a number"),
            ("arguments", "An argument can’t hold a zero byte"),
            ("minutes", "Type a whole number of minutes, from 1 to 60"),
        ] {
            wrong.problems.add(field, text);
        }
        vec![page, reader, wrong]
    }
}
