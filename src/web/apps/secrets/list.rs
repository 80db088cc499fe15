//! The page of an app's secrets. Right after the app was made, they are a page of the wizard.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{ListSecrets, SetSecret};
use crate::recipe::abra_command::Task;
use crate::secret::{Entry, Rule, Standing};
use crate::stack::names::descope;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::new::{PlannedSecret, SecretsStepView, Wizard};
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Link, Nav, Problems, Shell};
use crate::web::status::SecretState;
use crate::web::visit::Visit;
use crate::web::when::When;

use super::stock::{Stock, stock};

/// The page of an app's secrets.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/secrets.html")]
pub struct AppSecretsView {
    pub shell: Shell,
    pub app: AppHeader,
    pub rows: Vec<SecretRow>,
    /// How many missing ones Canteen can make.
    pub can_generate: usize,
    /// Worth knowing: secrets of features that are off, charsets that nobody knows.
    pub notices: Vec<String>,
    pub problems: Problems,
    pub may_change: bool,
    pub kept: Kept,
}

/// What is kept of the secrets for the holders of recovery keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many hold a key.
    pub holders: usize,
    /// Secrets that are on the Swarm and not kept, by their short names.
    pub not: Vec<String>,
    /// The viewer may see who holds keys.
    pub may_look: bool,
}

impl AppSecretsView {
    pub fn missing(&self) -> usize {
        self.rows.iter().filter(|row| row.state == SecretState::Missing).count()
    }

    pub fn needed(&self) -> usize {
        self.rows.iter().filter(|row| matches!(row.state, SecretState::Missing | SecretState::Set)).count()
    }

    /// What may be taken from the Swarm.
    pub fn removable(&self) -> Vec<&SecretRow> {
        self.rows.iter().filter(|row| row.removable).collect()
    }
}

/// One secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    pub name: String,
    /// The name on the Swarm.
    pub full: String,
    pub version: String,
    /// How it is made, in words.
    pub rule: String,
    pub state: SecretState,
    pub set: Option<When>,
    /// Services that read it, by their short names: those of the recipe, or for what is left over those that run.
    pub services: Vec<String>,
    pub can_generate: bool,
    /// It is this app's own and nothing reads it.
    pub removable: bool,
    /// Where a new version of it is put into use.
    pub rotation: Option<String>,
}

/// The secrets of an app.
pub async fn list(may: Grant<ListSecrets>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let stock = stock(&facts, &site).await?;
    if query.get("new") == "1" && facts.may::<SetSecret>() && stock.trouble.is_none() {
        return page(&step_view(&facts, &visit, &site, &stock, Problems::none()).await);
    }
    page(&view(&facts, &visit, &site, &stock, Problems::none()).await?)
}

pub(super) async fn step_view(facts: &Facts, visit: &Visit, site: &Site, stock: &Stock, problems: Problems) -> SecretsStepView {
    let planned = |insert: bool| {
        let missing = stock.missing().filter(|n| matches!(n.rule, Rule::Insert) == insert);
        let one = |n: &crate::secret::SecretNeed| PlannedSecret {
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
        app_id: facts.app.id,
        generated: planned(false),
        pasted: planned(true),
        first: facts.first.clone(),
        problems,
    }
}

/// What the page does, as far as there is something to do.
fn tasks(stock: &Stock) -> Vec<Task> {
    let missing = |insert: bool| stock.missing().filter(move |n| matches!(n.rule, Rule::Insert) == insert);
    let given = missing(true).map(|n| Task::InsertSecret { name: n.local.clone(), version: n.version.clone() });
    let made = missing(false).next().map(|_| Task::GenerateSecret { name: String::new(), version: String::new() });
    [Task::Secrets].into_iter().chain(made).chain(given).collect()
}

pub(super) async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    stock: &Stock,
    mut problems: Problems,
) -> Result<AppSecretsView, Failure> {
    if let Some(trouble) = &stock.trouble {
        problems.add("", trouble.clone());
    }
    let all_there = stock.trouble.is_none() && stock.missing().next().is_none();
    let review = Link { label: "Review and deploy".to_owned(), href: format!("/apps/{}/deployment", facts.app.name) };
    Ok(AppSecretsView {
        shell: shell(site, visit, format!("Secrets of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Secrets, Some(review).filter(|_| all_there)).doing(&tasks(stock)),
        rows: stock.entries.iter().map(|entry| row(facts, site, entry)).collect(),
        can_generate: stock.missing().filter(|n| !matches!(n.rule, Rule::Insert)).count(),
        notices: notices(stock),
        problems,
        may_change: facts.may::<SetSecret>(),
        kept: kept(facts, visit, site, stock).await?,
    })
}

async fn kept(facts: &Facts, visit: &Visit, site: &Site, stock: &Stock) -> Result<Kept, Failure> {
    let (holders, escrowed) = (site.store.holders().await?.len(), site.store.escrowed(facts.app.id).await?);
    // Another secret may have got the name since: what counts is the id.
    let present = &site.feed.latest().swarm.secrets;
    let is_kept = |name: &str| present.iter().any(|s| s.name == name && escrowed.iter().any(|kept| kept.swarm_id == s.id));
    let there = stock.entries.iter().filter(|entry| entry.standing == Standing::Ok);
    let not = there.filter(|entry| !is_kept(&entry.name)).map(|entry| entry.local.clone()).collect();
    Ok(Kept { holders, not, may_look: crate::web::recovery::may_look(&visit.actor) })
}

fn notices(stock: &Stock) -> Vec<String> {
    let charsets = stock.entries.iter().filter_map(|e| e.need.as_ref()?.notice.clone());
    let mut notices: Vec<String> = charsets.map(|n| crate::web::setup::sentence(&n)).collect();
    if !stock.skipped.is_empty() {
        let text = "The recipe has secrets that no service uses with these settings, so they are not asked for";
        notices.push(format!("{text}: {}", stock.skipped.join(", ")));
    }
    notices
}

fn row(facts: &Facts, site: &Site, entry: &Entry) -> SecretRow {
    let short = |full: &String| descope(&facts.stack, full).unwrap_or(full).to_owned();
    let running = entry.present.iter().flat_map(|p| &p.used_by).map(short).collect();
    let rotation = || format!("/apps/{}/secrets/{}/rotation", facts.app.name, entry.local);
    let rule = match (&entry.need, entry.standing, entry.removable) {
        (Some(need), ..) => need.rule.describe(),
        (None, Standing::Outdated, _) => "Until the next deploy".to_owned(),
        (None, Standing::Unused, _) => "Nothing reads it".to_owned(),
        (None, _, true) => "Not in this version of the recipe".to_owned(),
        (None, _, false) => "Made elsewhere, and the recipe knows no such name: it may belong to another stack".to_owned(),
    };
    SecretRow {
        name: entry.local.clone(),
        full: entry.name.clone(),
        version: entry.version.clone(),
        rule,
        state: match entry.standing {
            Standing::Ok => SecretState::Set,
            Standing::Missing => SecretState::Missing,
            Standing::Outdated => SecretState::Outdated,
            Standing::Unused => SecretState::Unused,
            Standing::Orphan => SecretState::Orphan,
        },
        set: entry.present.as_ref().map(|p| moment(site, p.created)),
        services: entry.need.as_ref().map_or(running, |n| n.services.clone()),
        can_generate: entry.standing == Standing::Missing && entry.need.as_ref().is_some_and(|n| !matches!(n.rule, Rule::Insert)),
        removable: entry.removable,
        rotation: (entry.standing == Standing::Ok && !facts.observed.services.is_empty()).then(rotation),
    }
}
