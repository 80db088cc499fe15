//! The configs of an app on the Swarm, and removing old versions of them. A config can't be changed, so each upgrade may leave one.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{ListConfigs, RemoveConfig};
use crate::ops::order;
use crate::ops::unused::config_readers;
use crate::recipe::abra_command::Task;
use crate::stack::names::descope;
use crate::stack::observed::{Config, NAMESPACE_LABEL};
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::idle::once;
use crate::web::failure::Failure;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::SecretState;
use crate::web::visit::Visit;
use crate::web::when::When;

/// The page of an app's configs.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/configs.html")]
pub struct ConfigsView {
    pub shell: Shell,
    pub app: AppHeader,
    pub rows: Vec<ConfigRow>,
    /// How many may go.
    pub old: usize,
    pub problems: Problems,
    pub may_change: bool,
}

/// One config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRow {
    pub name: String,
    /// The name on the Swarm.
    pub full: String,
    pub version: String,
    pub bytes: usize,
    /// Services that read it, by their short names.
    pub services: Vec<String>,
    pub state: SecretState,
    pub made: When,
}

/// The configs of an app.
pub async fn list(may: Grant<ListConfigs>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let swarm = site.feed.latest().swarm;
    let needed = needed(&facts, &site).await?;
    let rows: Vec<ConfigRow> = own(&facts)
        .map(|config| {
            let readers = config_readers(&swarm, &config.name);
            let short = descope(&facts.stack, &config.name).unwrap_or(&config.name);
            let (name, version) = short.rsplit_once('_').unwrap_or((short, ""));
            ConfigRow {
                name: name.to_owned(),
                full: config.name.clone(),
                version: version.to_owned(),
                bytes: config.data.len(),
                state: if needed.contains(&config.name) {
                    SecretState::Set
                } else if readers.is_empty() {
                    SecretState::Unused
                } else {
                    SecretState::Outdated
                },
                services: readers.iter().map(|r| descope(&facts.stack, r).unwrap_or(r).to_owned()).collect(),
                made: moment(&site, config.created),
            }
        })
        .collect();
    let old = rows.iter().filter(|r| r.state == SecretState::Unused).map(|r| r.full.clone()).collect();
    page(&ConfigsView {
        shell: shell(&site, &visit, format!("Configs of {}", facts.app.name), Nav::Apps).await,
        app: facts
            .header(Tab::Secrets, None)
            .doing(&[Task::Configs { stack: facts.app.stack.clone() }, Task::RemoveConfigs { names: old }]),
        old: rows.iter().filter(|r| r.state == SecretState::Unused).count(),
        rows,
        problems: Problems::none(),
        may_change: facts.may::<RemoveConfig>(),
    })
}

/// Removes all old versions.
pub async fn remove(may: Grant<RemoveConfig>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    let swarm = site.feed.latest().swarm;
    let needed = needed(&facts, &site).await?;
    let unused = own(&facts).filter(|c| !needed.contains(&c.name) && config_readers(&swarm, &c.name).is_empty());
    let names: Vec<String> = unused.map(|c| c.name.clone()).collect();
    if names.is_empty() {
        return Err(Failure::Conflict(format!("{} has no old configs, so there is nothing to remove", facts.app.name)));
    }
    super::secrets::start(&may, &visit, &site, order::remove_configs(facts.app.id, names, visit.form.clone())).await
}

/// Configs that carry exactly this stack's label. The stack made every one of them, so every one has it.
fn own(facts: &Facts) -> impl Iterator<Item = &Config> {
    let mut configs: Vec<&Config> = facts
        .observed
        .configs
        .iter()
        .filter(|c| c.labels.get(NAMESPACE_LABEL).is_some_and(|stack| stack == facts.stack.as_str()))
        .collect();
    configs.sort_by(|a, b| a.name.cmp(&b.name));
    configs.into_iter()
}

/// What the next deploy sends. Where that can't be told, everything is needed.
async fn needed(facts: &Facts, site: &Site) -> Result<Vec<String>, Failure> {
    let env = facts.revision(site).await?.text;
    Ok(match facts.render(site, &facts.app.version, &env).await? {
        Ok((_, rendered)) => rendered.desired.configs.into_iter().map(|c| c.name).collect(),
        Err(_unreadable) => own(facts).map(|c| c.name.clone()).collect(),
    })
}

#[cfg(any(test, feature = "testing"))]
impl ConfigsView {
    pub fn samples() -> Vec<Self> {
        let row = |name: &str, version: &str, services: &[&str], state| ConfigRow {
            name: name.to_owned(),
            full: format!("wiki_example_org_{name}_{version}"),
            version: version.to_owned(),
            bytes: 1204,
            services: services.iter().map(|s| (*s).to_owned()).collect(),
            state,
            made: When::sample(2000),
        };
        let page = Self {
            shell: Shell::sample("Configs of wiki.example.org", Nav::Apps),
            app: AppHeader::sample(Tab::Secrets),
            rows: vec![
                row("nginx_conf", "v3", &["app"], SecretState::Set),
                row("nginx_conf", "v2", &["app"], SecretState::Outdated),
                row("nginx_conf", "v1", &[], SecretState::Unused),
            ],
            old: 1,
            problems: Problems::none(),
            may_change: true,
        };
        let none = Self { rows: Vec::new(), old: 0, ..page.clone() };
        vec![page.clone(), none, Self { may_change: false, ..page }]
    }
}
