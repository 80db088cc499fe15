//! The `.env` file of an app: reading, editing and comparing it without losing a byte.
//!
//! An `.env` belongs to the co-op, not to us: a person may have written comments, alignment and commented-out options
//! into it, and the trailing comments of secret versions are data. So a file is kept as its text; everything else is
//! an index into that text, and an edit replaces the one value that it is about.
//!
//! This folder must not know what a recipe, a compose file or a secret is; it does no input or output.
//!
//! Start reading at `file.rs` (what a file offers), then `lexer.rs` (how lines are taken apart), `value.rs` (quotes,
//! escapes, `$NAME`), `edit.rs` (how a value is written back) and `notice.rs` (what is legal and rarely meant). Where other
//! readers of the format differ is told in `docs/env.md`.

pub mod compose_file;
pub mod diff;
pub mod edit;
pub mod error;
pub mod file;
mod lexer;
pub mod modifier;
pub mod notice;
pub mod secret_like;
mod value;

pub use diff::{KeyChange, diff};
pub use error::EnvError;
pub use file::{Entry, EnvFile, EnvLine, LineState};
pub use modifier::Modifiers;
pub use notice::EnvNotice;
pub use secret_like::{is_secret_like, secret_values};
