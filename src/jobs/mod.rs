//! What the dashboard does by itself, again and again. Each job is one file; `schedule.rs` is the table of them.

mod audit_check;
mod catalogue_refresh;
mod pages_poke;
mod schedule;
mod session_sweep;
mod update_watch;

pub use schedule::{Jobs, run};
