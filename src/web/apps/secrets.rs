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
use crate::web::apps::new::{PlannedSecret, SecretsStepView, Wizard};
use crate::web::failure::Failure;
use crate::web::form::{Fields, Form, Name, Query};
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

/// The secrets of an app. Right after the app was made, they are a page of the wizard.
pub async fn list(may: Grant<ListSecrets>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    if query.get("new") == "1" && facts.admin {
        let (needs, trouble) = needs(&facts, &site).await?;
        if trouble.is_none() {
            return page(&step_view(&facts, &visit, &site, &needs, Problems::none()).await);
        }
    }
    page(&view(&facts, &visit, &site, Problems::none()).await?)
}

/// Generates all that are missing and have a rule, and inserts those that the wizard's form brings.
pub async fn generate(
    may: Grant<SetSecret>,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let (needs, _) = needs(&facts, &site).await?;
    if let Some(unknown) = fields.keys().find(|name| needs.iter().all(|n| n.local != **name)) {
        return Err(Failure::BadForm(format!("there is no secret called {unknown}; open the page again")));
    }
    let missing: Vec<&SecretNeed> = needs.iter().filter(|n| !there(&facts, &n.name)).collect();
    let (given, made): (Vec<&SecretNeed>, Vec<&SecretNeed>) = missing.into_iter().partition(|n| matches!(n.rule, Rule::Insert));
    let (mut problems, mut values) = (Problems::none(), vec![]);
    for need in given.into_iter().filter(|n| fields.contains_key(&n.local)) {
        match pasted(fields.get(&need.local).map_or("", String::as_str), &need.local) {
            Ok(value) => values.push((need.name.clone(), value)),
            Err(problem) => problems.add(&need.local, problem),
        }
    }
    if !problems.is_empty() {
        return wrong_form(&step_view(&facts, &visit, &site, &needs, problems).await);
    }
    let names: Vec<String> = made.into_iter().map(|n| n.name.clone()).collect();
    if names.is_empty() && values.is_empty() {
        return see_other(&format!("/apps/{}/deployment", facts.app.name));
    }
    let inserted = values.iter().map(|(name, _)| name.clone()).collect();
    site.handover.put(&visit.form, values);
    hand_over(&may, &site, &visit, order::secrets(facts.app.id, names, inserted, visit.form.clone())).await
}

/// A pasted value ends where its last visible character does: a line break at the end breaks passwords.
fn pasted(value: &str, name: &str) -> Result<SecretValue, String> {
    let value = value.replace("\r\n", "\n");
    let value = value.trim_end_matches('\n');
    match value.len() {
        0 => Err(format!("Paste the value of {name}")),
        n if n > LARGEST => Err("A secret holds 500 KB at most".to_owned()),
        _ => Ok(SecretValue::from(value.as_bytes().to_vec())),
    }
}

async fn step_view(facts: &Facts, visit: &Visit, site: &Site, needs: &[SecretNeed], problems: Problems) -> SecretsStepView {
    let planned = |insert: bool| {
        let missing = needs.iter().filter(|n| !there(facts, &n.name) && matches!(n.rule, Rule::Insert) == insert);
        let one = |n: &SecretNeed| PlannedSecret {
            name: n.local.clone(),
            version: n.version.clone(),
            rule: n.rule.describe(),
            help: String::new(),
        };
        missing.map(one).collect()
    };
    SecretsStepView {
        shell: shell(site, visit, "New app: secrets", Nav::Apps).await,
        wizard: Wizard {
            at: 4,
            chosen: format!("{} {}", facts.app.recipe, facts.app.version),
            back: None,
            action: format!("/apps/{}/secrets/generation", facts.app.name),
        },
        generated: planned(false),
        pasted: planned(true),
        problems,
    }
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
    let mut problems = Problems::none();
    if there(&facts, &need.name) {
        problems.add(&name, format!("{name} is set already; a secret can’t be changed, only replaced by a new version"));
    }
    let value = match pasted(&form.value, &name) {
        Ok(value) if problems.is_empty() => value,
        Ok(_) => return wrong_form(&view(&facts, &visit, &site, problems).await?),
        Err(problem) => {
            problems.add(&name, problem);
            return wrong_form(&view(&facts, &visit, &site, problems).await?);
        }
    };
    site.handover.put(&visit.form, vec![(need.name.clone(), value)]);
    hand_over(&may, &site, &visit, order::secrets(facts.app.id, vec![], vec![need.name], visit.form.clone())).await
}

/// Starts the operation that takes the values; without one they are forgotten at once.
async fn hand_over(
    may: &Grant<SetSecret>,
    site: &Site,
    visit: &Visit,
    order: order::Order<SetSecret>,
) -> Result<HttpResponse, Failure> {
    let started = start(may, site, order).await;
    if started.is_err() {
        drop(site.handover.take(&visit.form));
    }
    started
}

/// Starts an operation and goes to its page. The same form sent twice goes to the first one's page.
pub(super) async fn start<A: crate::access::WriteAction>(
    may: &Grant<A>,
    site: &Site,
    order: impl crate::store::Command<Needs = A, Output = i32>,
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
