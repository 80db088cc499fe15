//! What makes a backup, or puts one back, on the node that holds the volumes: one task of our own image, begun by the dashboard and gone afterwards.
//!
//! The dashboard writes an [`Assignment`] into a secret; `canteen backup-runner` reads it there and does it ([`work`]); each line that it
//! writes is a [`Report`]. The service itself is made in `src/stack/policy/runner.rs`, the one place that knows its shape.

mod assignment;
mod files;
mod hook;
mod manifest;
mod put_back;
mod report;
mod work;

pub use assignment::{Assignment, BadAssignment, Errand, HookOrder, Parts, VolumeOrder};
pub use files::{folder as volume_folder, volume_of, volumes_folder};
pub use hook::Failure;
pub use manifest::path as manifest_path;
pub use report::{HookReport, Outcome, Report, Stored};
pub use work::{Node, work};
