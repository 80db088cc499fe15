//! Backups by themselves: which policies there are for which apps, and which backups are to be asked for.
//!
//! `rules.rs` gathers what the decision (`crate::backup::due`) is made from, for the pages and for the scheduler alike; `next.rs` is
//! what it comes to now, and `in_turn.rs` notes that it was acted on.

mod in_turn;
mod next;
mod rules;

pub use in_turn::InTurn;
pub use next::due_rules;
pub use rules::{Rule, rules};
