//! How long a page takes, from the request to the last byte of the answer.

use std::time::Instant;

use crate::table::Table;
use crate::visitor::Visitor;

const TIMES: usize = 200;

/// Asks for the page again and again, one request after the other, and adds the time that 95 of 100 answers kept, in milliseconds.
pub(crate) fn p95(visitor: &mut Visitor, name: &str, path: &str, aim_ms: f64, table: &mut Table) -> anyhow::Result<()> {
    visitor.page(path)?;
    let mut times = vec![];
    for _ in 0..TIMES {
        let begun = Instant::now();
        visitor.page(path)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let kept = times.get(TIMES * 95 / 100).copied().unwrap_or(f64::NAN);
    table.at_most(format!("{name}, p95 of {TIMES} requests"), kept, aim_ms, "ms");
    Ok(())
}
