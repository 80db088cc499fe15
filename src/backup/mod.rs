//! What a backup of an app would hold, and what it would miss. Values in, values out; nothing here makes a backup.
//!
//! A recipe says it with labels of its services, `backupbot.…`: the contract of Co-op Cloud's recipes with whatever backs them up.
//! Begin with `contents.rs`: [`Contents::of`] is what the labels of all services of a stack come to. `labels.rs` reads those of one
//! service, and `gap.rs` tells what is missing. Which backups stay is decided in [`retention`];
//! [`state`] is what the dashboard itself has to leave behind.

mod consistency;
mod contents;
mod database;
mod fault;
mod gap;
mod hook;
mod labels;
pub mod retention;
mod service;
pub mod state;
#[cfg(test)]
mod tests;

pub use consistency::Consistency;
pub use contents::{Contents, LeftOut, Share, Volume};
pub use database::Database;
pub use fault::{Fault, FaultKind};
pub use gap::{Gap, GapKind};
pub use hook::{Hook, Moment};
pub use labels::Labels;
pub use service::{Mounted, Origin, Service};
