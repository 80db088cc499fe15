//! Operations: the long actions, each with a row, a journal and one verdict.
//!
//! `order.rs` asks for one (an audit entry and a queued row, in one transaction). `runner.rs` takes it, makes a [`run::Run`], the only
//! thing that can change the Swarm, and hands it to the verb: `deploy.rs`, `rollback.rs`, `adopt.rs`, `adjust.rs`, `undeploy.rs`, `remove.rs`,
//! `secrets.rs`, `rotate.rs`, `unused.rs`. Closing the page stops nothing.

pub mod adjust;
pub mod adopt;
pub mod after;
pub mod apply;
pub mod approval;
mod asker;
pub mod backup;
pub mod backup_turns;
mod call;
pub mod check;
pub mod claims;
pub mod command;
pub mod deploy;
pub mod deployed;
pub mod ended;
mod escrow;
pub mod exchange;
pub mod fallback;
mod fate;
pub mod handover;
pub mod ids;
pub mod import;
pub mod journal;
pub mod lint;
pub mod live;
pub mod order;
pub mod ourselves;
pub mod output;
pub mod overridden;
pub mod pinned;
pub mod pins;
mod place;
pub mod places;
mod putback;
pub mod refresh;
pub mod release;
pub mod remove;
pub mod render;
pub mod repositories;
pub mod restart;
pub mod restore;
mod retire;
pub mod rollback;
pub mod rotate;
pub mod run;
pub mod runner;
pub mod safety;
pub mod scale;
pub mod secrets;
pub mod seen;
pub mod state;
pub mod stops;
pub mod take_over;
pub mod teardown;
pub mod terminal;
mod title;
pub mod undeploy;
pub mod unused;
pub mod updates;
pub mod upkeep;
mod version_line;
pub mod view;
pub mod watching;
mod wrapper;

pub use ended::{Ended, OpError};
pub use handover::{Handover, Reveals};
pub use live::Live;
pub use run::Run;
pub use runner::{GRACE, Runner};
