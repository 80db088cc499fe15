//! `canteen backup …`: what a backup of the dashboard itself is made of.

mod state;

use std::path::PathBuf;

use canteen::settings::Settings;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Write what the dashboard knows into an empty folder: database, settings, versions, encrypted secrets, and how to get
    /// everything back
    State { folder: PathBuf },
}

/// Runs one of them.
pub(super) fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::State { folder } => state::run(&folder, settings),
    }
}
