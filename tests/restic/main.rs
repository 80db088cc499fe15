//! Against real restic: the one that Canteen ships as the engine, and an old one as a second opinion on what it wrote.
//!
//! Needs root, for a small disk, owners and hostnames. `scripts/restic.sh` brings restic, its REST server and an SSH server from Debian.

#![expect(clippy::disallowed_methods, reason = "the tests start servers, and the old restic")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that is wrong about this ends there")]

mod backup;
mod cancel;
mod damage;
mod dump;
mod forget;
mod format;
mod full_disk;
mod harness;
mod locks;
mod opening;
mod restore;
mod servers;
mod shared_folder;
mod silence;
