//! The wizard's pages with made-up contents.

use super::{AddressView, CheckView, ChooseRecipeView, PlannedSecret, RecipeChoice, SecretsStepView, SettingsView, Wizard};
use crate::web::apps::deployment::CommitChoice;
use crate::web::apps::header::OthersFirst;
use crate::web::apps::settings::SettingsForm;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::{Check, CheckState};

fn wizard(at: usize) -> Wizard {
    Wizard {
        at,
        chosen: if at > 1 { "dokuwiki 1.1.0+2024-02-06a".to_owned() } else { String::new() },
        back: (at > 1).then(|| "/apps/new".to_owned()),
        action: "/apps/new".to_owned(),
    }
}

fn shell() -> Shell {
    Shell::sample("New app", Nav::Apps)
}

fn choice(name: &str, summary: &str) -> RecipeChoice {
    RecipeChoice {
        name: name.to_owned(),
        summary: summary.to_owned(),
        versions: vec!["1.1.0+2024-02-06a".to_owned(), "1.0.0+2023-04-04".to_owned()],
    }
}

impl ChooseRecipeView {
    pub fn samples() -> Vec<Self> {
        let all = Self {
            shell: shell(),
            wizard: wizard(1),
            recipes: vec![
                choice("dokuwiki", "A wiki without a database"),
                choice("nextcloud", "Files, calendars and contacts"),
                choice("hedgedoc", "Write Markdown together"),
            ],
            recipe: None,
            version: String::new(),
            choice: CommitChoice::default(),
            problems: Problems::none(),
        };
        let one = Self {
            recipe: Some(choice("dokuwiki", "A wiki without a database")),
            version: "1.0.0+2023-04-04".to_owned(),
            choice: CommitChoice { branches: vec!["main".to_owned()], ..CommitChoice::default() },
            ..all.clone()
        };
        let empty = Self { recipes: Vec::new(), ..all.clone() };
        let mut wrong = all.clone();
        wrong.problems.add("recipe", "Choose a recipe");
        let mut no_branch = one.clone();
        "<gone>".clone_into(&mut no_branch.choice.branch);
        no_branch.problems.add("branch", "dokuwiki had no branch called <gone> when it was last fetched; choose another");
        vec![all, one, empty, wrong, no_branch]
    }
}

impl CheckView {
    pub fn samples() -> Vec<Self> {
        let check = |name: &str, state, text: &str| Check { name: name.to_owned(), state, text: text.to_owned() };
        vec![
            Self { domain: String::new(), checks: Vec::new() },
            Self {
                domain: "wiki.example.org".to_owned(),
                checks: vec![
                    check("Address", CheckState::Passed, "Not used by another app"),
                    check(
                        "DNS",
                        CheckState::Warning,
                        "wiki.example.org points to 192.0.2.7, this server is 203.0.113.5. The certificate will fail until it is changed",
                    ),
                ],
            },
        ]
    }
}

impl AddressView {
    pub fn samples() -> Vec<Self> {
        let checks = CheckView::samples();
        let pages = checks.into_iter().map(|check| Self {
            shell: shell(),
            wizard: wizard(2),
            domain: check.domain.clone(),
            check,
            check_url: "/apps/new/check".to_owned(),
            problems: Problems::none(),
        });
        let mut pages: Vec<Self> = pages.collect();
        if let Some(first) = pages.first() {
            let mut wrong = Self { domain: "wiki example".to_owned(), ..first.clone() };
            wrong.problems.add("domain", "An address has no spaces; it looks like wiki.example.org");
            pages.push(wrong);
        }
        pages
    }
}

impl SettingsView {
    pub fn samples() -> Vec<Self> {
        let page = Self { shell: shell(), wizard: wizard(3), form: SettingsForm::sample(), problems: Problems::none() };
        let mut wrong = page.clone();
        wrong.problems.add("LETS_ENCRYPT_ENV", "This setting is required");
        wrong.problems.add("SMTP_PORT", "A port is a number from 1 to 65535");
        let bare = Self { form: SettingsForm::default(), ..page.clone() };
        vec![page, wrong, bare]
    }
}

impl SecretsStepView {
    pub fn samples() -> Vec<Self> {
        let secret = |name: &str, rule: &str, help: &str| PlannedSecret {
            name: name.to_owned(),
            version: "v1".to_owned(),
            rule: rule.to_owned(),
            help: help.to_owned(),
        };
        let page = Self {
            shell: shell(),
            wizard: Wizard { action: "/apps/wiki.example.org/secrets/generation".to_owned(), ..wizard(4) },
            app_id: 7,
            generated: vec![
                secret("db_password", "32 letters and digits", ""),
                secret("admin_passphrase", "6 words", "The first login of the app"),
            ],
            first: OthersFirst::sample(),
            pasted: vec![secret("smtp_password", "Given by your mail provider", "From the mail provider's account page")],
            problems: Problems::none(),
        };
        let none = Self { generated: Vec::new(), pasted: Vec::new(), ..page.clone() };
        let mut wrong = page.clone();
        wrong.problems.add("smtp_password", "Paste the password, or leave the overlay compose.smtp.yml out");
        vec![page, none, wrong]
    }
}
