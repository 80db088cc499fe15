//! Running a step after a deploy once more.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::RunCommand;
use crate::recipe::after::Occasion;
use crate::recipe::arguments::shown_of_step;
use crate::recipe::command::CommandKind;
use crate::web::Site;
use crate::web::apps::facts::facts_of_form;
use crate::web::apps::idle::once;
use crate::web::apps::restart::running_now;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::page_with;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::form::{Asked, ask};
use super::list::view;
use super::source::{asked, secrets_of, source};

/// Which step.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepForm {
    variable: String,
    /// Counts from 1.
    number: String,
    /// As it was shown: the settings may have changed since.
    name: String,
}

/// A step gets so long.
const LIMIT_S: u64 = 600;

/// Runs the step, with the arguments that the newest settings give it.
pub async fn run_step(
    may: Grant<RunCommand>,
    Form(form): Form<StepForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    running_now(&facts)?;
    let env = facts.revision(&site).await?.text;
    let occasion = Occasion::ALL.into_iter().find(|o| o.variable() == form.variable).ok_or(Failure::NotFound)?;
    let steps = asked(&env, occasion).unwrap_or_default();
    let step = form
        .number
        .parse::<usize>()
        .ok()
        .and_then(|n| steps.into_iter().nth(n.checked_sub(1)?))
        .filter(|step| step.to_string() == form.name);
    let source = source(&facts, &site).await?.map_err(Failure::Unavailable)?;
    let problem = match &step {
        None => Some("The settings have changed since you opened this page; these are the steps now".to_owned()),
        Some(step) if !source.commands.iter().any(|c| c.name == step.function && c.kind == CommandKind::Container) => {
            Some(format!("The recipe has no command {} at {} that can be run", step.function, source.at.version))
        }
        Some(_) => None,
    };
    let (Some(step), None) = (step, &problem) else {
        let mut problems = Problems::none();
        problems.add("", problem.unwrap_or_default());
        return page_with(StatusCode::CONFLICT, &view(&facts, &visit, &site, problems).await?);
    };
    let asked = Asked {
        shown: shown_of_step(&step, &secrets_of(&env)).into_iter().map(|a| a.text).collect(),
        function: step.function,
        service: step.service,
        user: String::new(),
        arguments: step.arguments,
        limit_s: LIMIT_S,
    };
    ask(&may, &facts, &site, &visit, &source, asked).await
}
