//! The commands of the binary. Exit code 0: done; 1: refused or failed; 2: wrong usage. Errors go to standard error.

mod app;
mod audit;
mod backup;
mod backup_runner;
mod env;
mod health;
mod member;
mod recipe;
mod routes;
mod serve;
mod stack;

use std::io::Write as _;
use std::process::ExitCode;

use canteen::settings::Settings;
use clap::{Parser, Subcommand};

/// The web dashboard of a Co-op Cloud server.
#[derive(Parser)]
#[command(name = "canteen", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the dashboard
    Serve,
    /// Ask a running dashboard on this machine whether it works
    Health,
    /// Bring the database up to date and stop
    Migrate,
    /// Add members and give them new passwords
    #[command(subcommand)]
    Member(member::Command),
    /// Import apps from abra's folder, and export them to it
    #[command(subcommand)]
    App(app::Command),
    /// Back volumes up on their node; the dashboard runs this
    #[command(hide = true)]
    BackupRunner,
    /// Print every route with what it needs, tab-separated
    Routes,
    /// Deploy, remove and list stacks without the dashboard, as `docker stack` does
    #[command(subcommand)]
    Stack(stack::Command),
    /// Check recipes before they are published
    #[command(subcommand)]
    Recipe(recipe::Command),
    /// Read .env files as a deploy does
    #[command(subcommand)]
    Env(env::Command),
    /// Check and export the audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Write what a backup of the dashboard itself is made of
    #[command(subcommand)]
    Backup(backup::Command),
}

/// Runs the command that was typed.
pub(crate) fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(wrong) => {
            // Help and version are asked for, and then this is no error.
            let _printed = wrong.print();
            return if wrong.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let done = match arguments.command {
        Command::Routes => {
            routes::print();
            Ok(ExitCode::SUCCESS)
        }
        Command::BackupRunner => backup_runner::run().map(|()| ExitCode::SUCCESS),
        Command::Stack(command) => stack::run(command),
        Command::Recipe(command) => recipe::run(command),
        Command::Env(command) => env::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Audit(command) if command.is_by_file() => audit::run_by_file(&command).map(|()| ExitCode::SUCCESS),
        command => Settings::from_environment()
            .map_err(anyhow::Error::from)
            .and_then(|settings| with_settings(command, settings))
            .map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("canteen: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn with_settings(command: Command, settings: Settings) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve::serve(settings),
        Command::Health => health::ask(&settings),
        Command::Migrate => serve::open_store(&settings).map(|_| ()),
        Command::Member(command) => member::run(command, &settings),
        Command::App(command) => app::run(command, &settings),
        Command::Routes | Command::BackupRunner | Command::Stack(_) | Command::Recipe(_) | Command::Env(_) => Ok(()),
        Command::Audit(command) => audit::run(command, &settings),
        Command::Backup(command) => backup::run(command, &settings),
    }
}

/// A line on standard error. Whoever reads may stop reading; what is being done goes on.
fn complain(text: &str) {
    let _closed = writeln!(std::io::stderr().lock(), "{text}");
}

/// A line on standard output, likewise.
fn say(text: &str) {
    let _closed = writeln!(std::io::stdout().lock(), "{text}");
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}
