//! The command line: reads what was typed, and hands it to one function per command.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
