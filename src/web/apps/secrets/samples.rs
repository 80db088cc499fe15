//! Pages of secrets with made-up contents.

use crate::web::apps::changes::Changes;
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::SecretState;
use crate::web::when::When;

use super::{AppSecretsView, Kept, RotationView, SecretRow};

fn row(name: &str, version: &str, rule: &str, state: SecretState, minutes: Option<i64>) -> SecretRow {
    SecretRow {
        name: name.to_owned(),
        full: format!("wiki_example_org_{name}_{version}"),
        version: version.to_owned(),
        rule: rule.to_owned(),
        state,
        set: minutes.map(When::sample),
        services: vec!["app".to_owned(), "db".to_owned()],
        can_generate: false,
        removable: false,
        rotation: None,
    }
}

impl AppSecretsView {
    /// Empty, full, after an error, and for somebody who may only look.
    pub fn samples() -> Vec<Self> {
        let rotation = Some("/apps/wiki.example.org/secrets/db_password/rotation".to_owned());
        let password = "a password of 32 characters: letters and digits";
        let page = Self {
            shell: Shell::sample("Secrets of wiki.example.org", Nav::Apps),
            app: AppHeader::sample_not_deployed(Tab::Secrets),
            rows: vec![
                SecretRow { rotation, ..row("db_password", "v2", password, SecretState::Set, Some(2000)) },
                SecretRow { can_generate: true, ..row("db_root_password", "v1", password, SecretState::Missing, None) },
                row("smtp_password", "v1", "a value that you insert yourself", SecretState::Missing, None),
                row("db_password", "v1", "Until the next deploy", SecretState::Outdated, Some(90_000)),
                SecretRow {
                    removable: true,
                    services: vec![],
                    ..row("old_token", "v1", "Not in this version of the recipe", SecretState::Orphan, Some(90_000))
                },
            ],
            can_generate: 1,
            notices: vec!["The recipe has secrets that no service uses with these settings: <wiki>".to_owned()],
            problems: Problems::none(),
            may_change: true,
            kept: Kept { holders: 2, not: vec!["db_password".to_owned()], may_look: true },
        };
        let none = Self { rows: Vec::new(), can_generate: 0, notices: Vec::new(), ..page.clone() };
        let mut wrong = page.clone();
        wrong.problems.add("smtp_password", "Paste the value of smtp_password, or choose a file with it");
        let read_only = Self { may_change: false, ..page.clone() };
        vec![page, none, wrong, read_only]
    }
}

impl RotationView {
    /// As it is opened, after an error, and where it can't be done.
    pub fn samples() -> Vec<Self> {
        let page = Self {
            shell: Shell::sample("Rotate db_password", Nav::Apps),
            app: AppHeader::sample(Tab::Secrets),
            name: "db_password".to_owned(),
            from: "v1".to_owned(),
            to: "v2".to_owned(),
            stands: "is in use",
            services: vec!["app".to_owned(), "db".to_owned()],
            also: vec!["db_root_password".to_owned()],
            rule: "a password of 32 characters: letters and digits".to_owned(),
            can_generate: true,
            data: vec!["db keeps data in wiki_example_org_db".to_owned()],
            changes: Changes::sample(),
            problems: Problems::none(),
            how: "generate".to_owned(),
            keep: false,
        };
        let mut wrong = Self { how: "paste".to_owned(), keep: true, also: vec![], ..page.clone() };
        wrong.problems.add("value", "Paste the value of db_password, or choose a file with it");
        wrong.problems.add("understood", "Say that you know that data which exists keeps the old value");
        let refused = Self { to: String::new(), changes: Changes::sample_blocked(), data: vec![], ..page.clone() };
        let unset = Self { stands: "is not set yet", ..refused.clone() };
        vec![page, wrong, refused, unset]
    }
}
