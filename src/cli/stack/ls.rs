//! `canteen stack ls`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use crate::cli::runtime;

use super::listing::{swarm, table};

/// Lists the stacks that have services.
pub(super) fn ls() -> anyhow::Result<ExitCode> {
    let swarm = runtime()?.block_on(swarm())?;
    let mut stacks: BTreeMap<&str, usize> = BTreeMap::new();
    for stack in swarm.services.iter().filter_map(|s| s.stack()) {
        *stacks.entry(stack).or_default() += 1;
    }
    let rows: Vec<[String; 2]> = stacks.into_iter().map(|(name, services)| [name.to_owned(), services.to_string()]).collect();
    table(["NAME", "SERVICES"], &rows);
    Ok(ExitCode::SUCCESS)
}
