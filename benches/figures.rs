//! The figures that the project promises, measured in one run and printed as one table. `make bench` starts this: `scripts/bench.sh`
//! builds the image, brings up a private engine and a registry, and takes all of it away again.

#![expect(
    clippy::disallowed_methods,
    reason = "measurements start programs and read what the script hands over; only the product does neither"
)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a program of the command line")]

mod apps_page;
mod audit;
mod big_stack;
mod canteen;
mod deploy;
mod http;
mod image;
mod latency;
mod load;
mod loud_logs;
mod many_recipes;
mod memory;
mod mirrors;
mod page_weight;
mod set_up;
mod sign_ins;
mod stack_config;
mod stack_plan;
mod start;
mod table;
mod two_nodes;
mod visitor;

use std::process::ExitCode;

use set_up::SetUp;
use table::Table;

/// One part of the run. It adds its lines as it goes, so that an error takes only what comes after it.
type Part = fn(&SetUp, &mut Table) -> anyhow::Result<()>;

/// The parts by the names that `scripts/bench.sh` takes.
const PARTS: &[(&str, Part)] = &[
    ("memory", memory::measure),
    ("image", image::measure),
    ("start", start::measure),
    ("apps", apps_page::measure),
    ("audit", audit::measure),
    ("sign-ins", sign_ins::measure),
    ("mirrors", mirrors::measure),
    ("plan", stack_plan::measure),
    ("config", stack_config::measure),
    ("deploy", deploy::measure),
    ("logs", loud_logs::measure),
];

fn main() -> ExitCode {
    let set_up = match SetUp::from_environment() {
        Ok(set_up) => set_up,
        Err(error) => {
            eprintln!("bench: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut table = Table::default();
    for (name, measure) in PARTS.iter().filter(|(name, _)| set_up.wants(name)) {
        eprintln!("bench: measuring {name}");
        if let Err(error) = measure(&set_up, &mut table) {
            table.not_measured(name, &error);
        }
    }
    print!("{table}");
    if table.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
