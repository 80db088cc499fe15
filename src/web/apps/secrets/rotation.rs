//! The page before a secret is rotated, and its button.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{ReviewRotation, RotateSecret};
use crate::ops::order;
use crate::recipe::abra_command::Task;
use crate::secret::{Rule, SecretNeed};
use crate::stack::names::{descope, scope};
use crate::stack::spec::ServiceSpec;
use crate::web::Site;
use crate::web::apps::changes::{Change, Changes};
use crate::web::apps::facts::{Facts, facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::idle::once;
use crate::web::failure::Failure;
use crate::web::form::Name;
use crate::web::page::{page, page_with, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::given::{field, given, nothing_but};
use super::hand_over;
use super::turning::{Turned, is_set, turned};

/// What a rotation does, before it is begun.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/secret_rotation.html")]
pub struct RotationView {
    pub shell: Shell,
    pub app: AppHeader,
    pub name: String,
    pub from: String,
    /// Empty where it can't be rotated.
    pub to: String,
    /// What becomes of it now, where it can't.
    pub stands: &'static str,
    /// Services that read it, by their short names.
    pub services: Vec<String>,
    /// Other secrets whose version the same variable holds; they are generated.
    pub also: Vec<String>,
    pub rule: String,
    pub can_generate: bool,
    /// Data that may know the old value: `db keeps data in pad_db`.
    pub data: Vec<String>,
    pub changes: Changes,
    pub problems: Problems,
    /// Which way the new value comes: `generate`, `paste` or `file`.
    pub how: String,
    pub keep: bool,
}

/// The review of a rotation.
pub async fn review(may: Grant<ReviewRotation>, Name(name): Name, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let (need, turned) = turned(&facts, &site, &name).await?;
    page(&view(&facts, &visit, &site, &need, &turned, Problems::none()).await?)
}

/// Begins it.
pub async fn rotate(may: Grant<RotateSecret>, Name(name): Name, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    nothing_but(&visit, &["plan", "how", "value", "exact", "file", "trim", "keep", "understood"])?;
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    let (need, turned) = turned(&facts, &site, &name).await?;
    let mut problems = Problems::none();
    let Ok(ready) = &turned else {
        problems.add("", "This can’t be rotated; the reason is below");
        return again(StatusCode::CONFLICT, &facts, &visit, &site, &need, &turned, problems).await;
    };
    if !ready.plan.blockers.is_empty() {
        problems.add("", "Something stands in the way of this; the reasons are below");
        return again(StatusCode::CONFLICT, &facts, &visit, &site, &need, &turned, problems).await;
    }
    if field(&visit, "plan")? != Some(ready.plan.hash().as_str()) {
        problems.add("", "Something changed after you opened this page, so nothing was started. This is the new plan");
        return again(StatusCode::CONFLICT, &facts, &visit, &site, &need, &turned, problems).await;
    }
    let value = match field(&visit, "how")? {
        Some("generate") => None,
        Some("paste" | "file") => match given(&visit, &name)? {
            Ok(value) => Some(value),
            Err(problem) => {
                problems.add("value", problem);
                None
            }
        },
        _ => {
            problems.add("value", "Choose where the new value comes from");
            None
        }
    };
    if value.is_none() && problems.is_empty() && matches!(need.rule, Rule::Insert) {
        problems.add("value", format!("{name} is not generated: paste its new value, or choose a file with it"));
    }
    if !data(&facts, ready).is_empty() && field(&visit, "understood")?.is_none() {
        problems.add("understood", "Say that you know that data which exists keeps the old value");
    }
    if !problems.is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, &facts, &visit, &site, &need, &turned, problems).await;
    }
    let keep_old = field(&visit, "keep")?.is_some();
    let mut wanted = ready.wanted(&facts, &site, keep_old);
    let mut values = vec![];
    if let Some(value) = value {
        for turn in wanted.turns.iter_mut().filter(|t| t.local == name) {
            (turn.given, turn.about) = (true, format!("{} bytes", value.len()));
        }
        let to = wanted.turns.iter().find(|t| t.local == name).map(|t| t.to.clone()).unwrap_or_default();
        values.push((to, value));
    }
    let order = |ticket| {
        wanted.nonce = ticket;
        order::rotate(facts.app.id, Box::new(wanted), visit.form.clone())
    };
    hand_over(&may, &visit, &site, values, order).await
}

async fn again(
    status: StatusCode,
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    need: &SecretNeed,
    turned: &Result<Turned, String>,
    problems: Problems,
) -> Result<HttpResponse, Failure> {
    page_with(status, &view(facts, visit, site, need, turned, problems).await?)
}

/// Short names of the services that read the new version.
fn readers(facts: &Facts, ready: &Turned) -> Vec<String> {
    let new = |name: &str| ready.turns.iter().any(|t| t.to == name);
    let told = |s: &&ServiceSpec| s.task_template.container_spec.secrets.iter().any(|r| new(&r.name));
    let names = ready.desired.services.iter().filter(told).map(|s| &s.name);
    names.map(|name| descope(&facts.stack, name).unwrap_or(name).to_owned()).collect()
}

/// Volumes of the services that read the secret: a database writes its password into its data when that is new, and never again.
fn data(facts: &Facts, ready: &Turned) -> Vec<String> {
    let mut lines = vec![];
    for service in readers(facts, ready) {
        let full = scope(&facts.stack, &service);
        let mounts = ready.desired.services.iter().filter(|s| s.name == full).flat_map(|s| &s.task_template.container_spec.mounts);
        let volumes = mounts.filter(|m| m.kind == "volume" && !m.source.is_empty());
        lines.extend(volumes.map(|m| format!("{service} keeps data in {}", m.source)));
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The plan is made as if the new versions were there already, and they are not.
fn newly_made(changes: &mut Changes, facts: &Facts, ready: &Turned) {
    let new = |name: &str| ready.turns.iter().any(|t| descope(&facts.stack, &t.to).unwrap_or(&t.to) == name);
    changes.secrets.iter_mut().filter(|secret| new(&secret.name)).for_each(|secret| secret.change = Change::Created);
}

/// What becomes of the version that the settings name.
fn stands(facts: &Facts, need: &SecretNeed) -> &'static str {
    let mut read = facts.observed.services.iter().flat_map(|s| &s.spec.task_template.container_spec.secrets);
    if !is_set(facts, need) {
        "is not set yet"
    } else if read.any(|r| r.name == need.name) {
        "is in use"
    } else {
        "is set, and nothing that runs reads it"
    }
}

async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    need: &SecretNeed,
    turned: &Result<Turned, String>,
    problems: Problems,
) -> Result<RotationView, Failure> {
    let mut changes = Changes::begin(facts, site);
    let (mut to, mut also, mut kept, mut services) = (String::new(), vec![], vec![], need.services.clone());
    match turned {
        Err(why) => changes.block(facts, why),
        Ok(ready) => {
            changes.warnings.extend(ready.told.iter().map(|told| sentence(told)));
            changes.fill(facts, &ready.desired, &ready.plan);
            newly_made(&mut changes, facts, ready);
            to.clone_from(&ready.versions.to);
            also = ready.turns.iter().map(|t| t.local.clone()).filter(|local| *local != need.local).collect();
            (kept, services) = (data(facts, ready), readers(facts, ready));
        }
    }
    let rotation: Vec<Task> = turned
        .iter()
        .map(|ready| Task::Rotate {
            name: need.local.clone(),
            version: ready.versions.to.clone(),
            variable: ready.versions.variable.clone(),
        })
        .collect();
    let can_generate = !matches!(need.rule, Rule::Insert);
    let how = field(visit, "how")?.unwrap_or(if can_generate { "generate" } else { "paste" }).to_owned();
    Ok(RotationView {
        shell: shell(site, visit, format!("Rotate {}", need.local), Nav::Apps).await,
        app: facts.header(Tab::Secrets, None).doing(&rotation),
        name: need.local.clone(),
        from: need.version.clone(),
        to,
        stands: stands(facts, need),
        services,
        also,
        rule: need.rule.describe(),
        can_generate,
        data: kept,
        changes,
        problems,
        how,
        keep: field(visit, "keep")?.is_some(),
    })
}
