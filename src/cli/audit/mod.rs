//! `canteen audit …`: checks, exports and seals the log, with or without a running dashboard.

mod export;
mod seal;
mod verify;

use std::path::Path;

use anyhow::Context as _;
use canteen::settings::Settings;
use canteen::signer::Signer;

use super::say;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Check that no entry of the audit log was changed, removed or put between
    Verify(verify::Given),
    /// Write the audit log, or what fits, to standard output; the file proves itself
    Export(export::Given),
    /// Put old entries into a file and take them out of the database
    Seal(seal::Given),
    /// Print the public half of the key that signs checkpoints
    Key,
}

impl Command {
    /// Whether it does without a data folder.
    pub(super) const fn is_by_file(&self) -> bool {
        matches!(self, Self::Verify(given) if given.is_by_file())
    }
}

/// Runs what works on files that are named.
pub(super) fn run_by_file(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Verify(given) => verify::run(given, None),
        Command::Export(_) | Command::Seal(_) | Command::Key => Ok(()),
    }
}

/// Runs what works on the data folder.
pub(super) fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Verify(given) => verify::run(&given, Some(&settings.data)),
        Command::Export(given) => export::run(given, settings),
        Command::Seal(given) => seal::run(&given, settings),
        Command::Key => key(&settings.data),
    }
}

fn key(data: &Path) -> anyhow::Result<()> {
    say(&Signer::open(data)?.context("there is no key yet; the dashboard makes it at its first start")?.public());
    Ok(())
}
