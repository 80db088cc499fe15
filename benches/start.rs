//! How soon after its start the dashboard answers.

use std::time::Instant;

use crate::canteen::Canteen;
use crate::load::median;
use crate::set_up::SetUp;
use crate::table::Table;

const TIMES: usize = 10;
const AIM_MS: f64 = 200.0;

/// From the start of the process to the first answer, as a restart meets it: the database is there already.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let data = set_up.dir.join("start");
    let begun = Instant::now();
    Canteen::launch(set_up, &data)?.answers("/health")?;
    table.note("  the very first start, with a new database", ms(begun), "ms");
    for (name, path) in [("health check", "/health"), ("sign-in page", "/session")] {
        let mut taken = vec![];
        for _ in 0..TIMES {
            let begun = Instant::now();
            let mut canteen = Canteen::launch(set_up, &data)?;
            canteen.answers(path)?;
            taken.push(ms(begun));
        }
        table.at_most(format!("start to first {name}, median of {TIMES}"), median(taken), AIM_MS, "ms");
    }
    Ok(())
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
