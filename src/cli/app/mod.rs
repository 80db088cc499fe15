//! `canteen app …`: apps as the files that `abra` keeps of them, in and out.

mod export;
mod import;
mod runs;

use std::path::PathBuf;

use canteen::settings::Settings;

/// The folder of settings files below a server's name, as `abra` has it in its own folder.
const SERVERS: &str = "servers";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make apps of the settings files in abra's folder. Nothing is deployed; what runs of them is put on record
    Import {
        /// The folder that holds servers/SERVER/*.env, or a folder of settings files
        folder: PathBuf,
        /// Which server's files, where the folder holds several
        #[arg(long)]
        server: Option<String>,
    },
    /// Write the settings of all apps as abra's folder has them: servers/SERVER/APP.env
    Export {
        folder: PathBuf,
        /// The server's name; `default` is the machine that abra runs on
        #[arg(long, default_value = "default")]
        server: String,
    },
}

/// Runs one of them.
pub(super) fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Import { folder, server } => import::run(&folder, server.as_deref(), settings),
        Command::Export { folder, server } => export::run(&folder, &server, settings),
    }
}
