//! What the dashboard does by itself, again and again. Each job is one file; `schedule.rs` is the table of them.

mod approvals;
mod audit_check;
mod backup_watch;
mod catalogue_refresh;
mod checkpoint;
mod escrow_sweep;
mod mail_send;
mod pages_poke;
mod repository_upkeep;
mod room;
mod schedule;
mod session_sweep;
mod tally;
mod update_watch;

pub use schedule::{Jobs, run};
