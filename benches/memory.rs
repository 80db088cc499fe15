//! Memory of a dashboard that nobody uses.

use std::time::{Duration, Instant};

use crate::canteen::Canteen;
use crate::set_up::SetUp;
use crate::table::Table;

/// After a start, and after a sign-in.
const REST: Duration = Duration::from_secs(10);
const AIM_MB: f64 = 40.0;

/// Resident memory 10 s after the start, with one page asked for; and 10 s after a sign-in, whose password hash takes 64 MiB for a
/// moment.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut canteen = Canteen::launch(set_up, &set_up.dir.join("memory"))?;
    canteen.answers("/session")?;
    std::thread::sleep(REST.saturating_sub(begun.elapsed()));
    table.at_most("idle memory, 10 s after start", canteen.memory("VmRSS")?, AIM_MB, "MB");

    let mut ana = canteen.visitor();
    ana.set_up(&canteen.code()?)?;
    ana.page("/apps")?;
    std::thread::sleep(REST);
    table.at_most("idle memory, 10 s after a sign-in", canteen.memory("VmRSS")?, AIM_MB, "MB");
    table.note("  most memory ever, while signing in", canteen.memory("VmHWM")?, "MB");
    Ok(())
}
