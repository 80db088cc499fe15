//! `canteen stack …`: what `docker stack …` does, with the same files and flags, a plan beforehand and a true verdict afterwards.
//!
//! It needs no dashboard and no database; `DOCKER_HOST` says where the engine is.

mod config;
mod connect;
mod deploy;
mod folder;
mod listing;
mod ls;
mod plan;
mod progress;
mod ps;
mod rm;
mod services;
mod sources;

pub(super) use connect::reader;

use std::process::ExitCode;

use canteen::compose::Interpolate;

/// Compose files, as the client's own command names them.
#[derive(clap::Args)]
pub(super) struct ComposeFiles {
    /// Path to a compose file, or `-` for standard input; repeat it, or separate several with commas
    #[arg(short = 'c', long = "compose-file", value_name = "FILE", allow_hyphen_values = true)]
    compose_file: Vec<String>,
}

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Print the merged and resolved compose files
    Config {
        #[command(flatten)]
        files: ComposeFiles,
        /// Leave variables as they are
        #[arg(long)]
        skip_interpolation: bool,
    },
    /// Deploy a stack, or bring it up to date, and wait until it stands
    #[command(visible_alias = "up")]
    Deploy(deploy::Arguments),
    /// Remove stacks; volumes stay
    #[command(visible_aliases = ["remove", "down"])]
    Rm(rm::Arguments),
    /// List the tasks of a stack
    Ps(ps::Arguments),
    /// List the services of a stack
    Services(services::Arguments),
    /// List stacks
    #[command(visible_alias = "list")]
    Ls,
}

/// Runs one of them. An error is shown by the caller.
pub(super) fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Config { files, skip_interpolation } => {
            let interpolate = if skip_interpolation { Interpolate::No } else { Interpolate::Yes };
            config::config(&files.compose_file, interpolate).map(|()| ExitCode::SUCCESS)
        }
        Command::Deploy(arguments) => deploy::deploy(&arguments),
        Command::Rm(arguments) => rm::rm(&arguments),
        Command::Ps(arguments) => ps::ps(&arguments),
        Command::Services(arguments) => services::services(&arguments),
        Command::Ls => ls::ls(),
    }
}
