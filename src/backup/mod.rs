//! What a backup of an app would hold, and what it would miss. Values in, values out; nothing here makes a backup.
//!
//! A recipe says it with labels of its services, `backupbot.…`: the contract of Co-op Cloud's recipes with whatever backs them up.
//! Begin with `contents.rs`: [`Contents::of`] is what the labels of all services of a stack come to. `labels.rs` reads those of one
//! service, and `gap.rs` tells what is missing. [`Policy`] is what somebody chose for backups by themselves: `schedule.rs`
//! tells when one comes, `due.rs` which are to be asked for now, [`series`] which stay, by [`retention`]. [`upkeep`] tells when a
//! repository is looked after. [`restore`] plans the way back.
//! [`state`] is what the dashboard itself has to leave behind.

mod consistency;
mod contents;
mod cron;
mod database;
mod due;
mod fault;
mod gap;
mod hook;
mod labels;
mod policy;
pub mod restore;
pub mod retention;
mod schedule;
pub mod series;
mod service;
pub mod state;
#[cfg(test)]
mod tests;
pub mod upkeep;

pub use consistency::Consistency;
pub use contents::{Contents, LeftOut, Share, Volume};
pub use cron::{Cron, CronError};
pub use database::Database;
pub use due::{Due, Fate, Turn, due};
pub use fault::{Fault, FaultKind};
pub use gap::{Gap, GapKind};
pub use hook::{Hook, Moment};
pub use labels::Labels;
pub use policy::{Mode, OnHookError, Policy, SUSPEND_AFTER};
pub use schedule::{Schedule, ScheduleError};
pub use service::{Mounted, Origin, Service};
