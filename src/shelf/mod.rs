//! The shelf: recipes as bare git mirrors below one directory, read as blobs of a commit and never checked out.
//!
//! Start at [`Shelf`]. Everything here blocks; an async caller wraps a call in `spawn_blocking`. No program is ever
//! started: remotes are spoken to by `gix` over our own bounded HTTP, local repositories are opened and copied.

pub mod catalogue_file;
mod commits;
mod error;
mod fetch_http;
mod fetch_local;
mod http;
mod mirrors;
mod notes;
mod origin;
mod read;
mod refresh;
mod releases;
mod resolver;
mod revisions;
mod sweep;
mod tag_change;
#[cfg(test)]
mod tests;
pub mod tls;
mod trial;

pub use commits::{Branch, CommitInfo};
pub use error::ShelfError;
pub use mirrors::Shelf;
pub use notes::Note;
pub use origin::{Allow, Origin, OriginError};
pub use read::{FILE_LIMIT_BYTES, TreeFiles};
pub use refresh::Refreshed;
pub use revisions::Tagged;
pub use sweep::{Progress, Sweep};
pub use tag_change::TagChange;
pub use trial::Trial;
