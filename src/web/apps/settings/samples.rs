//! The pages of the settings with made-up contents.

use super::change::{EnvChange, KeyRow, Shown};
use super::conflict::{Conflict, ConflictRow};
use super::{
    AppSettingsView, ByRecipe, Field, FieldGroup, FieldKind, Mode, Newest, Overlay, ReviewView, RevisionRow, RevisionView,
    RevisionsView, SettingsForm, SettingsTextView,
};
use crate::web::apps::changes::{DiffLine, Sign};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::when::When;

const TITLE: &str = "Settings of wiki.example.org";

fn field(key: &str, kind: FieldKind, value: &str, help: &str) -> Field {
    Field {
        key: key.to_owned(),
        help: help.to_owned(),
        required: false,
        kind,
        value: value.to_owned(),
        default: String::new(),
        suggestions: vec![],
        is_new: false,
        plain_secret: false,
    }
}

fn yes_no(key: &str, value: &str) -> Field {
    field(key, FieldKind::YesNo { yes: "true".to_owned(), no: "false".to_owned() }, value, "")
}

fn newest() -> Newest {
    let not_deployed = vec!["SMTP_HOST".to_owned(), "SMTP_PORT".to_owned()];
    Newest { number: 4, saved: When::sample(75), by: "Bo".to_owned(), not_deployed }
}

fn change() -> EnvChange {
    let row = |key: &str, before, after| KeyRow { key: key.to_owned(), before, after };
    let line = |sign, text: &str| DiffLine { sign, text: text.to_owned() };
    EnvChange {
        keys: vec![
            row("TITLE", Shown::Value("The <wiki>".to_owned()), Shown::Value("Our wiki".to_owned())),
            row("SMTP_HOST", Shown::NotSet, Shown::Empty),
            row("SMTP_PASSWORD", Shown::Hidden, Shown::Hidden),
        ],
        lines: vec![
            line(Sign::Context, "# What stands on top"),
            line(Sign::Removed, "TITLE='The <wiki>'"),
            line(Sign::Added, "TITLE='Our wiki'"),
        ],
    }
}

fn conflict() -> Conflict {
    let value = |text: &str| Shown::Value(text.to_owned());
    Conflict {
        by: "Bo".to_owned(),
        when: When::sample(2),
        reason: "The <pad> moved".to_owned(),
        base: 3,
        newest: 4,
        rows: vec![
            ConflictRow {
                key: "TITLE".to_owned(),
                before: value("Wiki"),
                theirs: Some(value("Their wiki")),
                yours: Some(value("Our wiki")),
                clash: true,
            },
            ConflictRow {
                key: "SMTP_HOST".to_owned(),
                before: Shown::NotSet,
                theirs: Some(Shown::Empty),
                yours: None,
                clash: false,
            },
        ],
    }
}

fn lines_of_text() -> String {
    "# What stands on top\nTITLE='The <wiki>'\nSMTP_PASSWORD=x\n".to_owned()
}

impl SettingsForm {
    pub fn sample() -> Self {
        let certificates = Field {
            required: true,
            suggestions: vec!["staging".to_owned()],
            ..field("LETS_ENCRYPT_ENV", FieldKind::Text, "production", "Which certificate authority Traefik asks")
        };
        let general = FieldGroup {
            id: "g-1".to_owned(),
            fields: vec![
                certificates,
                field("TIMEOUT", FieldKind::Number, "120", "Seconds to wait for the app to come up"),
                yes_no("ENABLE_BACKUPS", "true"),
            ],
            more: vec![field("EXTRA_DOMAINS", FieldKind::Text, "", "Aliases")],
            ..FieldGroup::default()
        };
        let smtp = Overlay {
            file: "compose.smtp.yml".to_owned(),
            help: "Sends mail; needs the secret smtp_password".to_owned(),
            on: true,
            open: true,
            fields: vec![
                Field { default: "587".to_owned(), ..field("SMTP_PORT", FieldKind::Number, "99999", "") },
                field("SMTP_FROM", FieldKind::Email, "wiki@example.org", "The sender of the app's mail"),
                field("SMTP_AUTH", FieldKind::Choice(vec!["login".to_owned(), "plain".to_owned()]), "plain", ""),
                Field { plain_secret: true, ..field("SMTP_PASSWORD", FieldKind::Text, "x", "") },
            ],
            ..Overlay::default()
        };
        let held = Overlay { file: "compose.oidc.yml".to_owned(), on: true, held: true, ..Overlay::default() };
        let mail = FieldGroup {
            id: "g-2".to_owned(),
            title: "Mail".to_owned(),
            help: "Leave empty if the app should send no mail.".to_owned(),
            fields: vec![
                field("SMTP_HOST", FieldKind::Text, "", ""),
                Field { is_new: true, ..field("EXTRA_CONFIG", FieldKind::Multiline, "a = 1\nb = \"<2>\"", "") },
            ],
            overlays: vec![smtp, held],
            ..FieldGroup::default()
        };
        let group = |id: &str, title: &str, key: &str| FieldGroup {
            id: id.to_owned(),
            title: title.to_owned(),
            fields: vec![yes_no(key, "")],
            ..FieldGroup::default()
        };
        let exported =
            |key: &str, ignored: &str| ByRecipe { key: key.to_owned(), value: "v4".to_owned(), ignored: ignored.to_owned() };
        Self {
            groups: vec![general, mail, group("g-3", "Search", "SEARCH_ENABLED"), group("g-4", "Other", "FEED_ENABLED")],
            exported: vec![exported("NGINX_CONF_VERSION", "v9"), exported("ENTRYPOINT_VERSION", "")],
        }
    }
}

impl AppSettingsView {
    pub fn samples() -> Vec<Self> {
        let page = Self {
            shell: Shell::sample_busy(TITLE, Nav::Apps),
            app: AppHeader::sample(Tab::Settings),
            mode: Mode::Form,
            newest: newest(),
            form: SettingsForm::sample(),
            problems: Problems::none(),
            revision: 4,
            version: "1.1.0+2024-02-06a".to_owned(),
            versions: vec!["1.2.0+2024-08-01".to_owned(), "1.1.0+2024-02-06a".to_owned()],
            new_keys: vec!["EXTRA_CONFIG".to_owned()],
            without_sample: None,
            conflict: None,
            reason: String::new(),
            may_save: true,
        };
        let mut wrong = Self { shell: Shell::sample(TITLE, Nav::Apps), reason: "Mail moved".to_owned(), ..page.clone() };
        wrong.problems.add("SMTP_PORT", "A port is a number from 1 to 65535");
        let bare = Self {
            form: SettingsForm::default(),
            app: AppHeader::sample_not_deployed(Tab::Settings),
            newest: Newest { not_deployed: vec![], ..newest() },
            new_keys: vec![],
            versions: vec![],
            without_sample: Some("The recipe could not be read".to_owned()),
            ..page.clone()
        };
        let read_only = Self { may_save: false, ..page.clone() };
        let mut late = Self { conflict: Some(conflict()), ..wrong.clone() };
        late.problems = Problems::none();
        late.problems.add("", "Somebody saved these settings while you were editing them");
        vec![page, wrong, bare, read_only, late]
    }
}

impl ReviewView {
    pub fn samples() -> Vec<Self> {
        let page = Self {
            shell: Shell::sample("Review the settings of wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Settings),
            action: "/apps/wiki.example.org/settings".to_owned(),
            change: change(),
            warnings: vec!["DOMAIN changes".to_owned(), "The <wiki> may not be found".to_owned()],
            carried: vec![("form-revision".to_owned(), "4".to_owned()), ("TITLE".to_owned(), "Our \"<wiki>\"\nhere".to_owned())],
            reason: "A shorter <wiki> title".to_owned(),
            nothing: false,
        };
        let only_text = Self { change: EnvChange { keys: vec![], ..change() }, warnings: vec![], ..page.clone() };
        let nothing = Self { change: EnvChange::default(), nothing: true, warnings: vec![], ..page.clone() };
        vec![page, only_text, nothing]
    }
}

impl SettingsTextView {
    pub fn samples() -> Vec<Self> {
        let page = Self {
            shell: Shell::sample("Settings of wiki.example.org as text", Nav::Apps),
            app: AppHeader::sample(Tab::Settings),
            mode: Mode::Text,
            newest: newest(),
            problems: Problems::none(),
            revision: 4,
            text: lines_of_text(),
            plain_secrets: vec!["SMTP_PASSWORD".to_owned()],
            conflict: None,
            over_theirs: vec![],
            reason: String::new(),
            may_save: true,
        };
        let mut wrong = page.clone();
        wrong.problems.add("text", "Line 2: there is no = in this line");
        let late = Self { conflict: Some(conflict()), over_theirs: change().lines, reason: "Mail".to_owned(), ..wrong.clone() };
        let read_only = Self { may_save: false, ..page.clone() };
        let unreadable = Self { may_save: false, text: String::new(), plain_secrets: vec![], ..page.clone() };
        vec![page, wrong, late, read_only, unreadable]
    }
}

impl RevisionsView {
    pub fn samples() -> Vec<Self> {
        let row = |number: i32, reason: &str| RevisionRow {
            number,
            when: When::sample(i64::from(100 - number)),
            by: "Bo".to_owned(),
            reason: reason.to_owned(),
            deployed: number == 3,
            from: number == 3,
            to: number == 4,
        };
        let page = Self {
            shell: Shell::sample("Revisions of wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Settings),
            mode: Mode::Revisions,
            newest: newest(),
            rows: vec![row(4, "A new <wiki> title"), row(3, ""), row(2, "deployed 1.1.0"), row(1, "")],
            older: Some("/apps/wiki.example.org/settings/revisions?before=1".to_owned()),
            compared: None,
            change: EnvChange::default(),
        };
        let compared = Self { compared: Some((3, 4)), change: change(), ..page.clone() };
        let same = Self { compared: Some((2, 2)), ..page.clone() };
        let first = Self { rows: vec![row(1, "")], older: None, ..page.clone() };
        vec![page, compared, same, first]
    }
}

impl RevisionView {
    pub fn samples() -> Vec<Self> {
        let page = Self {
            shell: Shell::sample("Revision 2 of wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Settings),
            problems: Problems::none(),
            number: 2,
            newest: 4,
            when: When::sample(900),
            by: "Bo".to_owned(),
            reason: "The <wiki> moved".to_owned(),
            text: lines_of_text(),
            change: change(),
            typed_reason: String::new(),
            may_go_back: true,
        };
        let newest = Self { number: 4, may_go_back: false, ..page.clone() };
        let mut wrong = Self { typed_reason: "x".to_owned(), ..page.clone() };
        wrong.problems.add("form-reason", "A reason is one line of text");
        let empty = Self { text: String::new(), change: EnvChange::default(), may_go_back: false, ..page.clone() };
        vec![page, newest, wrong, empty]
    }
}
