//! What makes a backup on the node that holds the volumes: one task of our own image, begun by the dashboard and gone afterwards.
//!
//! The dashboard writes an [`Assignment`] into a secret; `canteen backup-runner` reads it there and does it ([`work`]); each line that it
//! writes is a [`Report`]. The service itself is made in `src/stack/policy/runner.rs`, the one place that knows its shape.

mod assignment;
mod files;
mod hook;
mod manifest;
mod report;
mod work;

pub use assignment::{Assignment, BadAssignment, HookOrder, Parts, VolumeOrder};
pub use hook::Failure;
pub use report::{HookReport, Outcome, Report, Stored};
pub use work::{Node, work};
