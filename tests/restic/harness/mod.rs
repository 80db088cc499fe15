//! A folder of a test's own, restic on it, and servers that a test may hold up.

mod bench;
mod dam;
mod process;
mod rest_server;
mod small_disk;
mod ssh_server;
mod tools;
mod tree;

pub(crate) use bench::{Bench, HOST, PASSWORD, captured, path, store, tags, wish};
pub(crate) use dam::Dam;
pub(crate) use process::{Server, ended};
pub(crate) use rest_server::RestServer;
pub(crate) use small_disk::SmallDisk;
pub(crate) use ssh_server::SshServer;
pub(crate) use tools::{new_restic, old_restic};
pub(crate) use tree::{noise, rich_tree, told};
