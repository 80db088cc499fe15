//! Backups by themselves: which policies there are for which apps, and which backups are to be asked for.
//!
//! `rules.rs` gathers what the decision ([`crate::backup::due`]) is made from, for the pages and for the scheduler alike.

mod rules;

pub use rules::{Rule, rules};
