//! The pages with made-up contents.

use super::{Belonging, Belongings, RemovalView, RemovedDeploy, RemovedView};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::OperationState;
use crate::web::when::When;

impl RemovalView {
    pub fn samples() -> Vec<Self> {
        let item = |name: &str, unsure| Belonging { name: name.to_owned(), unsure, ticked: !unsure };
        let page = Self {
            shell: Shell::sample("Remove wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample_not_deployed(Tab::Overview) },
            deployed: false,
            belongings: Belongings {
                volumes: vec![item("wiki_example_org_content", false), item("wiki_example_org_db", false)],
                secrets: vec![item("wiki_example_org_db_password_v1", false), item("wiki_example_org_old_v1", true)],
                configs: vec![item("wiki_example_org_nginx_v3", false)],
            },
            settings: true,
            other_nodes: true,
            typed: String::new(),
            problems: Problems::none(),
        };
        let empty = Self { belongings: Belongings::default(), other_nodes: false, ..page.clone() };
        let deployed = Self { app: AppHeader::sample(Tab::Overview), deployed: true, ..page.clone() };
        let mut wrong = Self { typed: "wiki.example.com".to_owned(), settings: false, ..page.clone() };
        wrong.problems.add("confirm", "Type wiki.example.org to confirm");
        vec![page, empty, deployed, wrong]
    }
}

impl RemovedView {
    pub fn samples() -> Vec<Self> {
        let row = |id: &str, title: &str, state, minutes| RemovedDeploy {
            id: id.to_owned(),
            title: title.to_owned(),
            state,
            by: "Ana".to_owned(),
            when: When::sample(minutes),
        };
        let page = Self {
            shell: Shell::sample("wiki.example.org", Nav::Apps),
            name: "wiki.example.org".to_owned(),
            recipe: "dokuwiki".to_owned(),
            version: "1.1.0+2024-02-06a".to_owned(),
            when: When::sample(5),
            by: "Ana".to_owned(),
            rows: vec![
                row("48", "Remove", OperationState::Done, 5),
                row("47", "Undeploy", OperationState::Done, 9),
                row("12", "Deploy 1.1.0", OperationState::Failed, 90_000),
            ],
        };
        let empty = Self { rows: Vec::new(), version: String::new(), ..page.clone() };
        vec![page, empty]
    }
}
