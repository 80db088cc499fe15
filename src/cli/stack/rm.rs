//! `canteen stack rm`.

use std::process::ExitCode;
use std::sync::Arc;

use canteen::ops::terminal::Wait;
use clap::ArgAction;

use crate::cli::{complain, runtime};

use super::connect;
use super::progress::Progress;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Don't wait until the last container has stopped
    #[arg(short, long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    detach: bool,
    #[arg(required = true)]
    stacks: Vec<String>,
}

/// Removes each stack. One that is not there is told, and is no error; one that can't be removed keeps no other from going.
pub(crate) fn rm(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let names = arguments.stacks.iter().map(|typed| connect::stack_name(typed)).collect::<anyhow::Result<Vec<_>>>()?;
    let wait = if arguments.detach { Wait::NotAtAll } else { Wait::UntilGone };
    runtime()?.block_on(async {
        let terminal = connect::terminal(Arc::new(Progress::new(false, false)), None)?;
        terminal.check_engine().await?;
        let mut code = ExitCode::SUCCESS;
        for stack in names {
            match terminal.remove(&stack, wait).await {
                Ok(true) => {}
                Ok(false) => complain(&format!("Nothing found in stack: {stack}")),
                Err(error) => {
                    complain(&format!("{stack}: {error}"));
                    code = ExitCode::FAILURE;
                }
            }
        }
        Ok(code)
    })
}
