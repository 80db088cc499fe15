//! Updates by themselves: what becomes of an app's newer versions, and carrying it out.
//!
//! `judge.rs` gathers what the decision (`crate::updates`) depends on, for the pages and for the scheduler alike; `obstacles.rs` is what
//! may stand against it. `watch.rs` acts on it: it asks for the same deploy as a member would (`asked.rs`), and `carry.rs` runs that.

mod asked;
mod carry;
mod judge;
mod look;
mod obstacles;
mod watch;

pub use judge::{Judgement, Sources, judge, policy_of};
pub use watch::Watch;

pub(super) use carry::carry_out;
