//! The commands of an app's recipe, the steps after its deploys, and what was run lately.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::{ListCommands, RunCommand};
use crate::ops::after::asks_after_undeploy;
use crate::recipe::after::{AFTER_UNDEPLOY, Occasion};
use crate::recipe::arguments::shown_of_step;
use crate::recipe::command::{CommandKind, RecipeCommand};
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::operations::{state, title};
use crate::web::page::{moment, page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::OperationState;
use crate::web::visit::Visit;
use crate::web::when::When;

use super::source::{asked, secrets_of, source};

/// The commands of an app.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/commands.html")]
pub struct CommandsView {
    pub shell: Shell,
    pub app: AppHeader,
    /// The recipe's version that they are read from; empty if that was not possible.
    pub version: String,
    pub commands: Vec<CommandRow>,
    pub steps: Vec<StepRow>,
    /// What to know: what can't be read, what is never run.
    pub notes: Vec<String>,
    pub runs: Vec<RunRow>,
    pub problems: Problems,
    /// Whether the viewer may run them, and something runs that they could be run in.
    pub may_run: bool,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRow {
    pub name: String,
    pub help: String,
    /// Why it can't be run; empty if it can.
    pub reason: &'static str,
}

/// One step after a deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The variable that names it.
    pub variable: &'static str,
    /// Counts from 1.
    pub number: usize,
    /// Such as `set_up in app`.
    pub name: String,
    /// Without what is secret.
    pub arguments: String,
}

/// One command that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    pub id: i32,
    pub title: String,
    pub by: String,
    pub when: When,
    pub state: OperationState,
}

/// Operations that are looked through for commands, and commands that are shown of them.
const LOOK_THROUGH: i64 = 100;
const NEWEST: usize = 10;

/// The page.
pub async fn list(may: Grant<ListCommands>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    page(&view(&facts, &visit, &site, Problems::none()).await?)
}

pub(super) async fn view(facts: &Facts, visit: &Visit, site: &Site, problems: Problems) -> Result<CommandsView, Failure> {
    let env = facts.revision(site).await?.text;
    let (known, mut notes, mut steps) = (secrets_of(&env), vec![], vec![]);
    for occasion in Occasion::ALL {
        match asked(&env, occasion) {
            Ok(found) => steps.extend(found.iter().enumerate().map(|(at, step)| StepRow {
                variable: occasion.variable(),
                number: at + 1,
                name: step.to_string(),
                arguments: shown_of_step(step, &known).into_iter().map(|a| a.text).collect::<Vec<_>>().join(" "),
            })),
            Err(problem) => notes.push(problem),
        }
    }
    if asks_after_undeploy(&env) {
        notes.push(format!("{AFTER_UNDEPLOY} is never run: after an undeploy there is no container left to run it in"));
    }
    let (version, commands) = match source(facts, site).await? {
        Ok(source) => (source.at.version, source.commands.into_iter().map(row).collect()),
        Err(why) => {
            notes.push(sentence(&why));
            (String::new(), vec![])
        }
    };
    let operations = site.store.operations(Some(facts.app.id), None, LOOK_THROUGH).await?;
    let runs = operations.iter().filter(|o| o.kind == "command").take(NEWEST).map(|o| RunRow {
        id: o.id,
        title: title(o),
        by: o.asked_by.name.clone(),
        when: moment(site, o.started_at.unwrap_or(o.asked_at)),
        state: state(o),
    });
    Ok(CommandsView {
        shell: shell(site, visit, format!("Commands of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Commands, None),
        version,
        commands,
        steps,
        notes,
        runs: runs.collect(),
        problems,
        may_run: facts.may::<RunCommand>() && !facts.observed.services.is_empty(),
    })
}

fn row(command: RecipeCommand) -> CommandRow {
    let reason = match command.kind {
        CommandKind::Container => "",
        CommandKind::Local => {
            "Not run here: it is meant for the machine of whoever types abra (--local), and the recipe’s code never runs on the server itself"
        }
        CommandKind::Legacy => "Not run: it was written for the old abra, whose helpers exist no more",
    };
    CommandRow { name: command.name, help: command.help, reason }
}
