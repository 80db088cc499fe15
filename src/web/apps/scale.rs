//! How many tasks each service of an app has.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{ReviewChange, Scale};
use crate::ops::order::{self, ScaleWanted, Scaled};
use crate::ops::scale::{replicas, scaled};
use crate::recipe::abra_command::Task;
use crate::stack::names::{descope, scope};
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::idle::once;
use crate::web::apps::restart::{running_now, timeout_s};
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::{page, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// More tasks of one service than this are a slip of the finger.
const MOST: u64 = 99;

/// The numbers of tasks, and what to know before they are changed.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/scale.html")]
pub struct ScaleView {
    pub shell: Shell,
    pub app: AppHeader,
    pub services: Vec<ScaleRow>,
    /// Services that have no number: one task on every node, or a job.
    pub others: Vec<String>,
    pub problems: Problems,
}

/// One service that has a number of tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleRow {
    pub name: String,
    pub now: u64,
    /// The recipe's number, where it can be told.
    pub recipe: Option<u64>,
    /// Who chose another number for it, if somebody did.
    pub chosen_by: String,
    /// Volumes and folders that all its tasks would share, by name.
    pub data: Vec<String>,
    /// What was typed.
    pub typed: String,
}

impl ScaleRow {
    /// The name of its control.
    pub fn field(&self) -> String {
        format!("tasks.{}", self.name)
    }
}

/// The form.
pub async fn review(may: Grant<ReviewChange>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let rows = rows(&facts, &site).await?;
    page(&view(&facts, &visit, &site, rows, Problems::none()).await)
}

/// Changes the numbers, and keeps them for later deploys.
pub async fn scale(may: Grant<Scale>, Fields(fields): Fields, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    running_now(&facts)?;
    let mut rows = rows(&facts, &site).await?;
    let mut problems = Problems::none();
    let services = read(&mut rows, &fields, &mut problems);
    if services.is_empty() && problems.is_empty() {
        problems.add("", "Nothing was changed: these numbers are what runs already");
    }
    if !problems.is_empty() {
        return wrong_form(&view(&facts, &visit, &site, rows, problems).await);
    }
    let wanted: Vec<(String, u64)> = services.iter().map(|s| (scope(&facts.stack, &s.service), s.after)).collect();
    let adjusted = scaled(&facts.stack, &facts.observed, &wanted, timeout_s(&facts, &site));
    start(&may, &visit, &site, order::scale(facts.app.id, Box::new(ScaleWanted { adjusted, services }), visit.form.clone())).await
}

/// The services that are to get another number. What was typed stays in the rows.
fn read(rows: &mut [ScaleRow], fields: &BTreeMap<String, String>, problems: &mut Problems) -> Vec<Scaled> {
    for field in fields.keys() {
        if rows.iter().all(|row| field.strip_prefix("tasks.") != Some(row.name.as_str())) {
            problems.add("", format!("There is no {field} any more; open the page again"));
        }
    }
    let mut changed = vec![];
    for row in rows {
        let field = row.field();
        let Some(typed) = fields.get(&field) else { continue };
        row.typed.clone_from(typed);
        match typed.trim().parse::<u64>() {
            Ok(after) if after > MOST => problems.add(field, format!("At most {MOST} tasks of {} can be asked for", row.name)),
            Ok(after) if after == row.now => {}
            Ok(after) => {
                let as_recipe = row.recipe == Some(after);
                changed.push(Scaled { service: row.name.clone(), before: row.now, after, as_recipe });
            }
            Err(_no_number) => problems.add(field, format!("Type a whole number for {}, such as 2", row.name)),
        }
    }
    changed
}

async fn rows(facts: &Facts, site: &Site) -> Result<Vec<ScaleRow>, Failure> {
    let env = facts.revision(site).await?.text;
    let recipe = facts.render_plain(site, &facts.app.version, &env).await?.map(|(_, rendered)| rendered.desired).ok();
    let chosen = site.store.chosen_replicas(facts.app.id).await?;
    let mut rows = vec![];
    for service in &facts.observed.services {
        let Some(now) = replicas(&service.spec) else { continue };
        let name = descope(&facts.stack, &service.spec.name).unwrap_or(&service.spec.name).to_owned();
        let written = recipe.as_ref().and_then(|d| d.services.iter().find(|s| s.name == service.spec.name));
        let mounts = service.spec.task_template.container_spec.mounts.iter();
        rows.push(ScaleRow {
            now,
            recipe: written.and_then(replicas),
            chosen_by: chosen.iter().find(|c| c.service == name).map(|c| c.by.clone()).unwrap_or_default(),
            data: mounts
                .filter(|m| matches!(m.kind.as_str(), "volume" | "bind" | "cluster") && !m.read_only)
                .map(|m| descope(&facts.stack, &m.source).unwrap_or(&m.source).to_owned())
                .collect(),
            typed: now.to_string(),
            name,
        });
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rows)
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, services: Vec<ScaleRow>, problems: Problems) -> ScaleView {
    let numbered = |name: &str| services.iter().any(|row| row.name == name);
    let others = facts.health.services.iter().map(|s| s.name.clone()).filter(|name| !numbered(name)).collect();
    let numbers = services.iter().map(|row| (scope(&facts.stack, &row.name), row.typed.parse().unwrap_or(row.now))).collect();
    ScaleView {
        shell: shell(site, visit, format!("Scale {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Overview, None).doing(&[Task::Scale { services: numbers }]),
        services,
        others,
        problems,
    }
}

#[cfg(any(test, feature = "testing"))]
impl ScaleView {
    pub fn samples() -> Vec<Self> {
        let row = |name: &str, now: u64, recipe, data: &[&str]| ScaleRow {
            name: name.to_owned(),
            now,
            recipe,
            chosen_by: String::new(),
            data: data.iter().map(|d| (*d).to_owned()).collect(),
            typed: now.to_string(),
        };
        let page = Self {
            shell: Shell::sample("Scale wiki.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Overview) },
            services: vec![
                ScaleRow { chosen_by: "Ana".to_owned(), ..row("app", 3, Some(1), &[]) },
                row("db", 1, Some(1), &["db"]),
                row("cron", 0, None, &[]),
            ],
            others: vec!["agent".to_owned()],
            problems: Problems::none(),
        };
        let empty =
            Self { app: AppHeader::sample_not_deployed(Tab::Overview), services: Vec::new(), others: Vec::new(), ..page.clone() };
        let mut wrong = page.clone();
        if let Some(first) = wrong.services.first_mut() {
            "many".clone_into(&mut first.typed);
        }
        wrong.problems.add("tasks.app", "Type a whole number for app, such as 2");
        vec![page, empty, wrong]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(now: u64, recipe: Option<u64>) -> ScaleRow {
        ScaleRow { name: "app".into(), now, recipe, chosen_by: String::new(), data: vec![], typed: now.to_string() }
    }

    fn typed(text: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("tasks.app".to_owned(), text.to_owned())])
    }

    #[test]
    fn a_number_is_kept_unless_it_is_the_recipes_own() {
        let mut problems = Problems::none();
        let changed = read(&mut [row(1, Some(1))], &typed(" 3 "), &mut problems);
        assert_eq!((changed[0].before, changed[0].after, changed[0].as_recipe), (1, 3, false));
        assert!(read(&mut [row(3, Some(1))], &typed("1"), &mut problems)[0].as_recipe);
        assert!(!read(&mut [row(3, None)], &typed("1"), &mut problems)[0].as_recipe);
        assert!(read(&mut [row(3, Some(1))], &typed("3"), &mut problems).is_empty());
        assert!(problems.is_empty());
    }

    #[test]
    fn what_is_no_number_is_refused_and_stays_as_it_was_typed() {
        for bad in ["", "-1", "two", "1.5", "100", "99999999999999999999999"] {
            let (mut rows, mut problems) = ([row(1, Some(1))], Problems::none());
            assert!(read(&mut rows, &typed(bad), &mut problems).is_empty(), "{bad}");
            assert!(problems.of("tasks.app").is_some() && rows[0].typed == bad, "{bad}");
        }
        let mut problems = Problems::none();
        read(&mut [row(1, None)], &BTreeMap::from([("tasks.gone".to_owned(), "2".to_owned())]), &mut problems);
        assert!(!problems.is_empty());
    }
}
