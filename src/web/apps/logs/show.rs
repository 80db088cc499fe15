//! The page of an app's logs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::names::Names;
use super::query::Asked;
use super::reading::{Reading, read};
use super::rows::{Row, row};
use super::sources;
use crate::access::Grant;
use crate::access::action::ViewLogs;
use crate::recipe::abra_command::Task;
use crate::stack::names::descope;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{page, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// The newest lines of an app's tasks.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/logs.html")]
pub struct LogsView {
    pub shell: Shell,
    pub app: AppHeader,
    pub filter: Asked,
    pub problems: Problems,
    /// Services to choose from.
    pub services: Vec<String>,
    /// Oldest first.
    pub rows: Vec<Row>,
    /// Why lines are missing.
    pub notes: Vec<String>,
    /// Why there is no line at all.
    pub blank: Option<Blank>,
    /// The page of older lines.
    pub older: Option<String>,
    /// The page of the newest lines, from one of older ones.
    pub newest: Option<String>,
    pub download: Option<String>,
    /// This page with its filter.
    pub here: String,
    /// Address of the stream of new lines; absent where the page does not go on.
    pub live: Option<String>,
}

/// What stands in place of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    pub title: String,
    pub text: String,
}

/// Shows the newest lines that fit the filter.
pub async fn show(may: Grant<ViewLogs>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let asked = Asked::of(&query);
    let path = format!("/apps/{}/logs", facts.app.name);
    let services = facts.observed.services.iter().map(|s| descope(&facts.stack, &s.spec.name).unwrap_or(&s.spec.name).to_owned());
    let mut services: Vec<String> = services.collect();
    services.sort();
    let mut view = LogsView {
        shell: shell(&site, &visit, format!("Logs of {}", facts.app.name), Nav::Apps).await,
        app: facts
            .header(Tab::Logs, None)
            .doing(&[Task::Logs { service: query.get("service").to_owned(), since: query.get("since").to_owned() }]),
        filter: asked.clone(),
        problems: Problems::none(),
        services,
        rows: vec![],
        notes: vec![],
        blank: None,
        older: None,
        newest: asked.before.map(|_| asked.address(&path, None)),
        download: None,
        here: asked.address(&path, None),
        live: None,
    };
    if facts.observed.services.is_empty() {
        view.blank = Some(without_services(&facts));
        return page(&view);
    }
    let filter = match asked.filter(&facts.stack, &facts.observed, site.store.clock().now()) {
        Ok(filter) => filter,
        Err(problems) => {
            view.problems = problems;
            return wrong_form(&view);
        }
    };
    view.download = Some(asked.address(&format!("{path}/download"), None));
    let sources = sources::services(&facts.observed, &facts.stack, &filter);
    view.notes = sources.notes;
    let reading = match read(site.inspect.as_ref(), &sources.wanted, &filter).await {
        Ok(reading) => reading,
        Err(error) => {
            view.notes.push(format!("The logs can’t be read now: {error}. Open the page again in a moment."));
            Reading::default()
        }
    };
    let names = Names::of(&facts.observed, &facts.stack);
    view.older = reading.lines.first().filter(|_| reading.older).map(|first| older(&asked, &path, first.at));
    view.live = asked.goes_on().then(|| asked.address(&format!("{path}/stream"), Some(("after", &reading.cursor.to_string()))));
    view.rows = reading.lines.iter().map(|line| row(line, false, &names)).collect();
    view.notes.extend(reading.notes);
    view.blank = view.rows.is_empty().then(|| without_lines(&facts, &asked, &view.notes));
    page(&view)
}

fn older(asked: &Asked, path: &str, before: i64) -> String {
    asked.address(path, Some(("before", &before.to_string())))
}

fn without_services(facts: &Facts) -> Blank {
    if facts.observed.at == 0 {
        let text = "Docker does not answer, so it is not known what runs. Open the page again in a moment.".to_owned();
        return Blank { title: "No logs right now".to_owned(), text };
    }
    let text =
        format!("What the tasks of {} write stands here once it is deployed. An undeploy takes its logs away.", facts.app.name);
    Blank { title: "Not deployed".to_owned(), text }
}

fn without_lines(facts: &Facts, asked: &Asked, notes: &[String]) -> Blank {
    let begun = facts.observed.tasks.iter().any(|t| t.container.is_some());
    let (title, text) = match (begun, asked.is_on(), asked.before) {
        (false, ..) => (
            "No task has begun yet",
            "Lines stand here as soon as the first task writes some. The Overview tells what it waits for.",
        ),
        (true, ..) if !notes.is_empty() => ("No lines to show", "What stands above is why."),
        (true, true, _) => ("No line fits the filter", "Look further back, or show all lines."),
        (true, false, Some(_)) => ("Nothing older", "This is where the logs begin."),
        (true, false, None) => (
            "Nothing was written yet",
            "The tasks run and have written nothing. If that can’t be, ask an admin which log driver Docker uses: it can read json-file, \
             local and journald.",
        ),
    };
    Blank { title: title.to_owned(), text: text.to_owned() }
}
