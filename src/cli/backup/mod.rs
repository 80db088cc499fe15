//! `canteen backup …`: backups of apps, what was made, whether a repository is sound, and what a backup of the dashboard itself is made of.

mod check;
mod list;
mod run;
mod state;

use std::path::PathBuf;

use canteen::settings::Settings;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Have the dashboard back an app up, and tell what it does
    Run {
        /// The app's address
        app: String,
        /// The repository's name; without it, that of the app's schedule
        #[arg(long)]
        to: Option<String>,
    },
    /// List what backups of an app made, tab-separated: when, result, reason, files, bytes, repository, node, snapshot
    List {
        /// The app's address
        app: String,
    },
    /// Check whether a repository is sound
    Check {
        /// The repository's name
        repository: String,
        /// Read all data as well
        #[arg(long)]
        read_data: bool,
    },
    /// Write what the dashboard knows into an empty folder: database, settings, versions, encrypted secrets, and how to get
    /// everything back
    State { folder: PathBuf },
}

/// Runs one of them.
pub(super) fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Run { app, to } => run::run(&app, to.as_deref(), settings),
        Command::List { app } => list::run(&app, settings),
        Command::Check { repository, read_data } => check::run(&repository, read_data, settings),
        Command::State { folder } => state::run(&folder, settings),
    }
}
