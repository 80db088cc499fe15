//! The secrets of an app: which there are, which are missing. Never their values.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{ListSecrets, SetSecret};
use crate::ops::order;
use crate::secret::{Rule, SecretNeed, SecretValue};
use crate::store::Denied;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::{Form, Name};
use crate::web::page::{moment, page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Problems, Shell};
use crate::web::status::SecretState;
use crate::web::visit::Visit;
use crate::web::when::When;

/// The page of an app's secrets.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/secrets.html")]
pub struct AppSecretsView {
    pub shell: Shell,
    pub app: AppHeader,
    pub rows: Vec<SecretRow>,
    /// How many missing ones Canteen can make.
    pub can_generate: usize,
    pub problems: Problems,
    pub may_change: bool,
}

impl AppSecretsView {
    pub fn missing(&self) -> usize {
        self.rows.iter().filter(|row| row.state == SecretState::Missing).count()
    }
}

/// One secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    pub name: String,
    pub version: String,
    /// How it is made, in words; for a pasted one, where it comes from.
    pub rule: String,
    pub state: SecretState,
    pub set: Option<When>,
}

/// Bytes of the largest secret that the Swarm keeps.
const LARGEST: usize = 500 * 1024 - 1;

/// What the form of one secret sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InsertForm {
    value: String,
}

/// The secrets of an app.
pub async fn list(may: Grant<ListSecrets>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    page(&view(&facts, &visit, &site, Problems::none()).await?)
}

/// Generates all that are missing and have a rule.
pub async fn generate(may: Grant<SetSecret>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let (needs, _) = needs(&facts, &site).await?;
    let missing = needs.into_iter().filter(|n| !there(&facts, &n.name) && !matches!(n.rule, Rule::Insert));
    let names: Vec<String> = missing.map(|n| n.name).collect();
    if names.is_empty() {
        return see_other(&format!("/apps/{}/secrets", facts.app.name));
    }
    start(&may, &site, order::secrets(facts.app.id, names, vec![], visit.form.clone())).await
}

/// Inserts one as it was pasted.
pub async fn insert(
    may: Grant<SetSecret>,
    Name(name): Name,
    Form(form): Form<InsertForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let (needs, _) = needs(&facts, &site).await?;
    let need = needs.into_iter().find(|n| n.local == name).ok_or(Failure::NotFound)?;
    // A pasted value ends where its last visible character does: a line break at the end breaks passwords.
    let value = form.value.trim_end_matches(['\r', '\n']).to_owned().into_bytes();
    let mut problems = Problems::none();
    if value.is_empty() {
        problems.add(&name, format!("Paste the value of {name}"));
    } else if value.len() > LARGEST {
        problems.add(&name, "A secret holds 500 KB at most");
    } else if there(&facts, &need.name) {
        problems.add(&name, format!("{name} is set already; a secret can’t be changed, only replaced by a new version"));
    }
    if !problems.is_empty() {
        return wrong_form(&view(&facts, &visit, &site, problems).await?);
    }
    site.handover.put(&visit.form, vec![(need.name.clone(), SecretValue::from(value))]);
    start(&may, &site, order::secrets(facts.app.id, vec![], vec![need.name], visit.form.clone())).await
}

/// Starts an operation and goes to its page. The same form sent twice goes to the first one's page.
pub(super) async fn start<A: crate::access::WriteAction>(
    may: &Grant<A>,
    site: &Site,
    order: order::Order<A>,
) -> Result<HttpResponse, Failure> {
    let id = match site.store.commit(may, order).await {
        Ok(id) => id,
        Err(Denied::Rule { what: "asked-already", text }) => return see_other(&format!("/operations/{text}")),
        Err(other) => return Err(other.into()),
    };
    site.bell.notify_one();
    site.live.poke("apps");
    see_other(&format!("/operations/{id}"))
}

fn there(facts: &Facts, name: &str) -> bool {
    facts.observed.secrets.iter().any(|s| s.name == name)
}

/// What the recipe needs at the chosen version, or why that can't be told.
async fn needs(facts: &Facts, site: &Site) -> Result<(Vec<SecretNeed>, Option<String>), Failure> {
    let env = facts.revision(site).await?.text;
    Ok(match facts.render(site, &facts.app.version, &env).await? {
        Ok((_, rendered)) => (rendered.needs, None),
        Err(error) => (vec![], Some(sentence(&error.to_string()))),
    })
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, mut problems: Problems) -> Result<AppSecretsView, Failure> {
    let (needs, trouble) = needs(facts, site).await?;
    if let Some(trouble) = trouble {
        problems.add("", trouble);
    }
    let can_generate = needs.iter().filter(|n| !there(facts, &n.name) && !matches!(n.rule, Rule::Insert)).count();
    let all_there = needs.iter().all(|n| there(facts, &n.name));
    let mut rows: Vec<SecretRow> = needs
        .iter()
        .map(|need| {
            let set = facts.observed.secrets.iter().find(|s| s.name == need.name);
            SecretRow {
                name: need.local.clone(),
                version: need.version.clone(),
                rule: need.rule.describe(),
                state: if set.is_some() { SecretState::Set } else { SecretState::Missing },
                set: set.map(|s| moment(site, s.created)),
            }
        })
        .collect();
    let prefix = format!("{}_", facts.stack);
    for unused in facts.observed.secrets.iter().filter(|s| s.labels.get("coop-cloud.app") == Some(&facts.app.name)) {
        if needs.iter().all(|n| n.name != unused.name) {
            let name = unused.name.strip_prefix(&prefix).unwrap_or(&unused.name).to_owned();
            let rule = "Not in this version of the recipe".to_owned();
            rows.push(SecretRow {
                name,
                version: String::new(),
                rule,
                state: SecretState::Unused,
                set: Some(moment(site, unused.created)),
            });
        }
    }
    let review = Link { label: "Review and deploy".to_owned(), href: format!("/apps/{}/deployment", facts.app.name) };
    Ok(AppSecretsView {
        shell: shell(site, visit, format!("Secrets of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Secrets, Some(review).filter(|_| all_there)),
        rows,
        can_generate,
        problems,
        may_change: facts.admin,
    })
}

#[cfg(any(test, feature = "testing"))]
impl AppSecretsView {
    pub fn samples() -> Vec<Self> {
        use super::header::Tab;
        use crate::web::shell::Nav;
        let row = |name: &str, rule: &str, state, minutes: Option<i64>| SecretRow {
            name: name.to_owned(),
            version: "v1".to_owned(),
            rule: rule.to_owned(),
            state,
            set: minutes.map(When::sample),
        };
        let page = Self {
            shell: Shell::sample("Secrets of wiki.example.org", Nav::Apps),
            app: AppHeader::sample_not_deployed(Tab::Secrets),
            rows: vec![
                row("db_password", "32 letters and digits", SecretState::Set, Some(2000)),
                row("db_root_password", "32 letters and digits", SecretState::Missing, None),
                row("admin_passphrase", "6 words", SecretState::Missing, None),
                row("smtp_password", "Given by your mail provider", SecretState::Missing, None),
                row("old_token", "Not in this version of the recipe", SecretState::Unused, Some(90_000)),
            ],
            can_generate: 2,
            problems: Problems::none(),
            may_change: true,
        };
        let none = Self { rows: Vec::new(), can_generate: 0, ..page.clone() };
        let mut wrong = page.clone();
        wrong.problems.add("smtp_password", "Paste the value of smtp_password");
        let read_only = Self { may_change: false, ..page.clone() };
        vec![page, none, wrong, read_only]
    }
}
