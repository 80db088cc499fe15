//! The form that runs a command.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::{ListCommands, RunCommand};
use crate::ops::command::CommandWanted;
use crate::ops::order;
use crate::recipe::abra_command::Task;
use crate::recipe::arguments::{HIDDEN, shown};
use crate::recipe::command::CommandKind;
use crate::secret::SecretValue;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::idle::once;
use crate::web::apps::restart::running_now;
use crate::web::apps::secrets::hand_over;
use crate::web::failure::Failure;
use crate::web::form::{Form, Name, Query};
use crate::web::page::{page, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

use super::source::{Source, source};

/// The form of one command.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/command.html")]
pub struct CommandView {
    pub shell: Shell,
    pub app: AppHeader,
    pub name: String,
    pub help: String,
    /// Services that run, by name.
    pub services: Vec<String>,
    pub typed: Typed,
    pub problems: Problems,
    pub may_run: bool,
}

/// What is typed into it, and shown again where something is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    pub service: String,
    pub user: String,
    /// One in a line.
    pub arguments: String,
    /// After which it is ended.
    pub minutes: String,
}

/// What the form sends. It has no `Debug`, for one of its fields is secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunForm {
    service: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    arguments: String,
    /// One argument more, which is never shown again.
    #[serde(default)]
    secret: String,
    minutes: String,
}

/// Bytes of all arguments.
const MOST_BYTES: usize = 64 * 1024;
const MOST_MINUTES: u64 = 60;
const USUAL_MINUTES: &str = "10";

/// The form.
pub async fn form(
    may: Grant<ListCommands>,
    Name(name): Name,
    visit: Visit,
    query: Query,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let source = command(&facts, &site, &name).await?;
    let services = services(&facts);
    let first = services.iter().find(|s| *s == "app").or(services.first()).cloned().unwrap_or_default();
    let service = Some(query.get("service").to_owned()).filter(|s| services.contains(s)).unwrap_or(first);
    let typed = Typed { service, minutes: USUAL_MINUTES.to_owned(), ..Typed::default() };
    page(&view(&facts, &visit, &site, &source, &name, typed, Problems::none()).await)
}

/// Runs it.
pub async fn run(
    may: Grant<RunCommand>,
    Name(name): Name,
    Form(form): Form<RunForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    running_now(&facts)?;
    let source = command(&facts, &site, &name).await?;
    let mut problems = Problems::none();
    let RunForm { service, user, arguments, secret, minutes } = form;
    let typed = Typed { service, user, arguments, minutes };
    let asked = read(&typed, secret, &name, &services(&facts), &mut problems);
    let Some(asked) = asked.filter(|_| problems.is_empty()) else {
        return wrong_form(&view(&facts, &visit, &site, &source, &name, typed, problems).await);
    };
    ask(&may, &facts, &site, &visit, &source, asked).await
}

/// A command as somebody wants it run.
pub(super) struct Asked {
    pub(super) function: String,
    pub(super) service: String,
    pub(super) user: String,
    pub(super) arguments: Vec<String>,
    /// The same as they may be shown.
    pub(super) shown: Vec<String>,
    pub(super) limit_s: u64,
}

/// Starts the operation that runs it.
pub(super) async fn ask(
    may: &Grant<RunCommand>,
    facts: &Facts,
    site: &Site,
    visit: &Visit,
    source: &Source,
    asked: Asked,
) -> Result<HttpResponse, Failure> {
    let arguments = asked.arguments.into_iter().enumerate();
    let values = arguments.map(|(at, text)| (at.to_string(), SecretValue::from(text.into_bytes()))).collect();
    let order = |ticket| {
        let wanted = CommandWanted {
            recipe: source.at.name.as_str().to_owned(),
            version: source.at.version.clone(),
            commit: source.at.commit.clone(),
            stack: facts.stack.as_str().to_owned(),
            service: asked.service,
            function: asked.function,
            user: asked.user,
            shown: asked.shown,
            limit_s: asked.limit_s,
            nonce: ticket,
        };
        order::command(facts.app.id, Box::new(wanted), visit.form.clone())
    };
    hand_over(may, visit, site, values, order).await
}

/// The recipe, if it has this command and it can be run.
async fn command(facts: &Facts, site: &Site, name: &str) -> Result<Source, Failure> {
    let source = source(facts, site).await?.map_err(Failure::Unavailable)?;
    let runnable = source.commands.iter().any(|c| c.name == name && c.kind == CommandKind::Container);
    if runnable { Ok(source) } else { Err(Failure::NotFound) }
}

fn services(facts: &Facts) -> Vec<String> {
    facts.health.services.iter().map(|s| s.name.clone()).collect()
}

fn read(typed: &Typed, secret: String, function: &str, services: &[String], problems: &mut Problems) -> Option<Asked> {
    if !services.contains(&typed.service) {
        problems.add("service", "Choose a service that runs");
    }
    let user = typed.user.trim();
    if user.len() > 64 || !user.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')) {
        problems.add("user", "A user is a name or a number, such as www-data or 33, and may be followed by a colon and a group");
    }
    let mut arguments: Vec<String> = typed.arguments.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let mut kept: Vec<String> = shown(function, &arguments).into_iter().map(|a| a.text).collect();
    if !secret.is_empty() {
        arguments.push(secret);
        kept.push(HIDDEN.to_owned());
    }
    if arguments.iter().any(|a| a.contains('\0')) {
        problems.add("arguments", "An argument can’t hold a zero byte");
    }
    if arguments.iter().map(String::len).sum::<usize>() > MOST_BYTES {
        problems.add("arguments", "The arguments are longer than 64 KiB together");
    }
    let minutes = typed.minutes.trim().parse::<u64>().ok().filter(|m| (1..=MOST_MINUTES).contains(m));
    if minutes.is_none() {
        problems.add("minutes", format!("Type a whole number of minutes, from 1 to {MOST_MINUTES}"));
    }
    Some(Asked {
        function: function.to_owned(),
        service: typed.service.clone(),
        user: user.to_owned(),
        arguments,
        shown: kept,
        limit_s: minutes? * 60,
    })
}

async fn view(
    facts: &Facts,
    visit: &Visit,
    site: &Site,
    source: &Source,
    name: &str,
    typed: Typed,
    problems: Problems,
) -> CommandView {
    let help = source.commands.iter().find(|c| c.name == name).map(|c| c.help.clone()).unwrap_or_default();
    CommandView {
        shell: shell(site, visit, format!("Run {name} in {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Commands, None).doing(&[Task::Function {
            service: typed.service.clone(),
            name: name.to_owned(),
            arguments: vec![],
        }]),
        name: name.to_owned(),
        help,
        services: services(facts),
        typed,
        problems,
        may_run: facts.may::<RunCommand>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(arguments: &str) -> Typed {
        Typed { service: "app".into(), arguments: arguments.into(), minutes: "10".into(), ..Typed::default() }
    }

    fn asked(typed: &Typed, secret: &str) -> Result<Asked, String> {
        let mut problems = Problems::none();
        let asked = read(typed, secret.to_owned(), "set_up", &["app".to_owned()], &mut problems);
        let said = || problems.0.iter().map(|p| p.field.clone()).collect::<Vec<_>>().join(" ");
        if problems.is_empty() { asked.ok_or_else(said) } else { Err(said()) }
    }

    #[test]
    fn a_line_is_an_argument_and_what_is_secret_is_not_kept() {
        let asked = asked(&typed("two words\r\n\r\n--token\r\nabc\r\n$(id)"), "hunter2").unwrap();
        assert_eq!(asked.arguments, ["two words", "--token", "abc", "$(id)", "hunter2"]);
        assert_eq!(asked.shown, ["two words", "--token", "•••", "$(id)", "•••"]);
        assert_eq!(asked.limit_s, 600);
    }

    #[test]
    fn each_mistake_is_told_at_its_field() {
        let wrong = |change: fn(&mut Typed)| {
            let mut typed = typed("");
            change(&mut typed);
            asked(&typed, "").err().unwrap_or_default()
        };
        assert_eq!(wrong(|t| "db".clone_into(&mut t.service)), "service");
        assert_eq!(wrong(|t| "root; id".clone_into(&mut t.user)), "user");
        assert_eq!(wrong(|t| "a\0b".clone_into(&mut t.arguments)), "arguments");
        assert_eq!(wrong(|t| t.arguments = "x".repeat(70_000)), "arguments");
        for minutes in ["", "0", "61", "ten"] {
            let mut typed = typed("");
            minutes.clone_into(&mut typed.minutes);
            assert_eq!(asked(&typed, "").err().unwrap_or_default(), "minutes");
        }
    }
}
