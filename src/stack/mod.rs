//! From a loaded compose file to the Swarm and back: names, conversion, plans, convergence, health.
//!
//! Everything here is pure. What the Swarm looks like comes in as [`observed`], what is sent to it goes out as [`spec`].

pub mod belongings;
pub mod carried;
pub mod cause;
pub mod converge;
pub mod convert;
pub mod desired;
pub mod health;
pub mod labels;
pub mod names;
pub mod observed;
pub mod placement;
pub mod plan;
pub mod policy;
pub mod running;
pub mod schedule;
pub mod slots;
pub mod spec;
