//! A command of the recipe that a member asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::Grant;
use crate::access::action::RunCommand;
use crate::recipe::RecipeName;
use crate::recipe::arguments::shown;
use crate::recipe::command::{CommandKind, commands};
use crate::shelf::Shelf;
use crate::stack::names::StackName;
use crate::store::operations::Operation;

use super::call::{Call, Ending, call};
use super::ended::{Ended, OpError};
use super::handover::Handover;
use super::render::{self, RecipeAt};
use super::run::Run;

/// A command, exactly as it was asked for. Its arguments wait in memory under the ticket `nonce`: they may be secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandWanted {
    pub recipe: String,
    pub version: String,
    /// 40 hexadecimal digits.
    pub commit: String,
    pub stack: String,
    /// Without the stack.
    pub service: String,
    pub function: String,
    /// Empty for the container's own.
    pub user: String,
    /// The arguments as they may be kept.
    pub shown: Vec<String>,
    /// It is ended after so many seconds.
    pub limit_s: u64,
    pub nonce: String,
}

/// Where its parts are.
pub struct Of<'a> {
    pub operation: &'a Operation,
    pub shelf: &'a Shelf,
    pub handover: &'a Handover,
}

/// Runs it, once. `may` is the right to it, judged when the operation began to run.
pub async fn run(_may: &Grant<RunCommand>, run: &Run, of: Of<'_>, wanted: CommandWanted) -> Result<Ended, OpError> {
    if run.past.touched {
        let text = "Canteen was restarted while the command ran. Whether it reached its end can't be told, and it is not run a second \
                    time by itself; look at the app, then run it again if it is needed";
        return Ok(Ended::badly("lost", text));
    }
    let arguments = arguments(of.handover.take(&wanted.nonce))?;
    if arguments.len() != wanted.shown.len() {
        let text = "Canteen was restarted before the command was begun, and its arguments are gone with it; run it again";
        return Ok(Ended::badly("not begun", text));
    }
    run.step("Read the recipe").await?;
    let stack = StackName::parse(&wanted.stack).map_err(|e| OpError::stop("failed", e.to_string()))?;
    let script = script(of.shelf, &wanted.recipe, &wanted.version, &wanted.commit).await?;
    runnable(&script, &wanted.function, &wanted.version)?;

    run.step(&format!("Run {}", wanted.function)).await?;
    if !wanted.shown.is_empty() {
        run.note(&format!("with {}", wanted.shown.join(" "))).await?;
    }
    run.touch().await?;
    let secrets = secrets(&wanted.function, &arguments, &wanted.shown);
    let limit = Duration::from_secs(wanted.limit_s);
    let called = Call {
        stack: &stack,
        app: &of.operation.app,
        service: &wanted.service,
        user: &wanted.user,
        script: &script,
        function: &wanted.function,
        arguments: &arguments,
        secrets,
        limit,
    };
    let stoppable = of.handover.stops.begin(of.operation.id);
    Ok(match call(run, called, &stoppable.asked).await? {
        Ending::Code(0) => Ended { cause: "exit code 0".to_owned(), ..Ended::well("command done") },
        Ending::Code(code) => Ended::badly("command failed", format!("exit code {code}; {}", meaning(code))),
        Ending::TookTooLong => Ended::badly("command ended", format!("it ran for {} and was ended", minutes(limit))),
        Ending::Stopped => Ended::badly("command ended", "somebody stopped it"),
    })
}

/// The arguments as they came in memory.
fn arguments(values: super::handover::Values) -> Result<Vec<String>, OpError> {
    let text = |value: crate::secret::SecretValue| String::from_utf8(value.expose().to_vec());
    let read: Result<Vec<String>, _> = values.into_iter().map(|(_, value)| text(value)).collect();
    read.map_err(|_binary| OpError::stop("failed", "an argument is not UTF-8 text"))
}

/// What is hidden of the arguments, by what was shown of them.
fn secrets(function: &str, arguments: &[String], kept: &[String]) -> Vec<String> {
    let by_name = shown(function, arguments).into_iter().map(|a| a.secret);
    // Whoever asked may have hidden more than the names do.
    let hidden = arguments.iter().zip(kept).filter(|(_, kept)| *kept == crate::recipe::arguments::HIDDEN).map(|(a, _)| a.clone());
    by_name.chain(hidden).filter(|secret| !secret.is_empty()).collect()
}

/// `abra.sh` of the recipe at a commit; empty if there is none.
pub(super) async fn script(shelf: &Shelf, recipe: &str, version: &str, commit: &str) -> Result<String, OpError> {
    let failed = |text: String| OpError::stop("failed", text);
    let name = RecipeName::parse(recipe).map_err(|e| failed(e.to_string()))?;
    let (shelf, at) = (shelf.clone(), RecipeAt { name, version: version.to_owned(), commit: commit.to_owned() });
    let read = tokio::task::spawn_blocking(move || render::text(&shelf, &at, "abra.sh"));
    let text = read.await.map_err(|e| failed(e.to_string()))?.map_err(|e| failed(e.to_string()))?;
    Ok(text.unwrap_or_default())
}

/// Whether the recipe has this command, and it can be run here.
pub(super) fn runnable(script: &str, function: &str, version: &str) -> Result<(), OpError> {
    let text = match commands(script).iter().find(|c| c.name == function).map(|c| c.kind) {
        Some(CommandKind::Container) => return Ok(()),
        Some(CommandKind::Local) => {
            format!("{function} is meant for the machine of whoever types abra, and is not run on the server")
        }
        Some(CommandKind::Legacy) => format!("{function} was written for the old abra, whose helpers exist no more"),
        None => format!("abra.sh of the recipe has no function {function} at {version}"),
    };
    Err(OpError::stop("failed", text))
}

/// What an exit code usually means.
pub(super) const fn meaning(code: i64) -> &'static str {
    match code {
        126 => "something in it may not be run",
        127 => "it calls a program that the container does not have",
        130 | 137 | 143 => "it was ended from outside, or the container was stopped",
        _ => "what it wrote says more",
    }
}

pub(super) fn minutes(limit: Duration) -> String {
    let minutes = limit.as_secs() / 60;
    if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") }
}
