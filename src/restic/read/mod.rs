//! What restic prints, read. Texts in, values out; fields that we do not know are looked over, and those that a version does not have are
//! as if nothing was counted.

mod facts;
mod message;
mod nodes;
mod snapshots;
#[cfg(test)]
mod tests;
mod time;

pub(super) use facts::{config, lock, lock_ids, stats, version};
pub(super) use message::Message;
#[cfg(test)]
use message::{Fault, Totals};
pub(super) use nodes::node;
pub(super) use snapshots::snapshots;
pub(super) use time::milliseconds;
