//! `canteen stack ps`.

use std::process::ExitCode;

use anyhow::bail;
use canteen::stack::observed::{Observed, Task};

use crate::cli::{runtime, say};

use super::connect;
use super::listing::{short, swarm, table};

/// More of an error is shown only if it is asked for.
const ERROR_CHARACTERS: usize = 30;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Print ids only
    #[arg(short, long)]
    quiet: bool,
    /// Print ids and errors in full
    #[arg(long)]
    no_trunc: bool,
    stack: String,
}

/// Lists the tasks of a stack, the newest of each slot first. None is an error, as it is to docker's client.
pub(super) fn ps(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stack = connect::stack_name(&arguments.stack)?;
    let observed = runtime()?.block_on(swarm())?.stack(&stack);
    let mut tasks: Vec<&Task> = observed.tasks.iter().collect();
    if tasks.is_empty() {
        bail!("nothing found in stack: {stack}");
    }
    tasks.sort_by_key(|t| (name(t, &observed), std::cmp::Reverse(t.created)));
    if arguments.quiet {
        for task in tasks {
            say(&short(&task.id, arguments.no_trunc));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<[String; 7]> = tasks.iter().map(|t| row(t, &observed, arguments.no_trunc)).collect();
    table(["ID", "NAME", "IMAGE", "NODE", "DESIRED STATE", "CURRENT STATE", "ERROR"], &rows);
    Ok(ExitCode::SUCCESS)
}

fn row(task: &Task, observed: &Observed, whole: bool) -> [String; 7] {
    let image = if whole { task.image.as_str() } else { task.image.split('@').next().unwrap_or_default() };
    let node = observed.nodes.iter().find(|n| n.id == task.node).map_or(task.node.as_str(), |n| &n.hostname);
    let error = match task.error.char_indices().nth(ERROR_CHARACTERS) {
        Some((end, _)) if !whole => format!("{}…", task.error.get(..end).unwrap_or_default()),
        _ => task.error.clone(),
    };
    [
        short(&task.id, whole),
        name(task, observed),
        image.to_owned(),
        node.to_owned(),
        capital(&task.desired),
        capital(&task.state),
        error,
    ]
}

/// `service.slot`; of a global service, `service.node`.
fn name(task: &Task, observed: &Observed) -> String {
    let service = observed.services.iter().find(|s| s.id == task.service).map_or(task.service.as_str(), |s| &s.spec.name);
    if task.slot == 0 { format!("{service}.{}", task.node) } else { format!("{service}.{}", task.slot) }
}

fn capital(state: &str) -> String {
    let mut letters = state.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
