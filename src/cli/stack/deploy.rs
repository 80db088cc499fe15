//! `canteen stack deploy`.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;

use canteen::compose::Interpolate;
use canteen::ops::apply::Leftovers;
use canteen::ops::pins::Resolve;
use canteen::ops::terminal::{Terminal, Wanted};
use canteen::stack::converge::{Outcome, Verdict};
use canteen::stack::convert::convert_all;
use canteen::stack::labels::timeout_s;
use canteen::stack::names::{StackName, descope};
use clap::ArgAction;

use crate::cli::{complain, runtime};

use super::progress::Progress;
use super::{ComposeFiles, connect, plan, sources};

/// Seconds, if neither the command nor the stack says.
const TIMEOUT_S: u64 = 300;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    files: ComposeFiles,
    /// Remove services that the files don't have
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    prune: bool,
    /// Ask registries for digests: always, changed or never
    #[arg(long, value_name = "WHEN", default_value = "always")]
    resolve_image: When,
    /// Send credentials of registries to the nodes
    #[arg(long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    with_registry_auth: bool,
    /// Don't wait; exit code 0 then means that the engine took everything
    #[arg(short, long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    detach: bool,
    /// Show no progress
    #[arg(short, long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    quiet: bool,
    /// Print what would change, and change nothing
    #[arg(long)]
    plan: bool,
    /// Seconds to wait until the stack stands; the label coop-cloud.STACK.timeout counts if this is not given, else 300
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    stack: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum When {
    Always,
    Changed,
    Never,
}

/// Deploys. Exit code 0 only if the stack stands, or, detached, if the engine took everything.
pub(crate) fn deploy(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stack = connect::stack_name(&arguments.stack)?;
    let sources = sources::read(&arguments.files.compose_file)?;
    let loaded = sources.load(Interpolate::Yes)?;
    for notice in &loaded.notices {
        complain(&super::config::line(notice));
    }
    let converted = convert_all(&stack, &loaded.config, &sources.folder)?;
    let credentials = arguments.with_registry_auth.then(connect::credentials).transpose()?;
    let timeout = arguments.timeout.or_else(|| timeout_s(&converted.desired)).unwrap_or(TIMEOUT_S);
    let wanted = Wanted {
        desired: converted.desired,
        secrets: converted.secrets,
        resolve: arguments.resolve_image.into(),
        leftovers: if arguments.prune { Leftovers::Remove } else { Leftovers::Keep },
    };
    runtime()?.block_on(async {
        let progress = Arc::new(Progress::new(arguments.quiet, std::io::stderr().is_terminal()));
        let terminal = connect::terminal(progress.clone(), credentials)?;
        let prepared = terminal.prepare(wanted).await?;
        if arguments.plan {
            return Ok(plan::print(&stack, &prepared.plan));
        }
        for warning in &prepared.plan.warnings {
            complain(warning);
        }
        let expected = terminal.apply(&prepared).await?;
        if arguments.detach {
            return Ok(ExitCode::SUCCESS);
        }
        let verdict = until_verdict(&terminal, &stack, expected, timeout).await?;
        progress.finish();
        Ok(verdict.map_or_else(ExitCode::default, |verdict| tell(&stack, &verdict)))
    })
}

/// Watches, unless somebody presses Ctrl-C: what was sent goes on without us.
async fn until_verdict(
    terminal: &Terminal,
    stack: &StackName,
    expected: Vec<canteen::stack::converge::Expected>,
    timeout: u64,
) -> anyhow::Result<Option<Verdict>> {
    tokio::select! {
        verdict = terminal.watch(stack, expected, timeout) => Ok(Some(verdict?)),
        pressed = tokio::signal::ctrl_c() => {
            pressed?;
            anyhow::bail!("stopped watching; the services go on coming up. Look with: canteen stack ps {stack}")
        }
    }
}

fn tell(stack: &StackName, verdict: &Verdict) -> ExitCode {
    for cause in &verdict.causes {
        complain(&format!("{}: {}", descope(stack, &cause.service).unwrap_or(&cause.service), cause.text));
    }
    complain(&format!("{stack}: {}", verdict.outcome.as_str().replace('_', " ")));
    if verdict.outcome == Outcome::Converged { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl From<When> for Resolve {
    fn from(when: When) -> Self {
        match when {
            When::Always => Self::Always,
            When::Changed => Self::Changed,
            When::Never => Self::Never,
        }
    }
}
