//! An app's newer versions: which there are, what becomes of them, and the policy that says so.
//!
//! `show.rs` is the page, `form.rs` reads the policy out of the form, `save.rs` keeps it, `note.rs` is the line on the app's own page.

mod form;
mod note;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod save;
mod show;

pub use form::PolicyForm;
pub use save::save;
pub use show::{AppUpdatesView, NewerRow, TriedRow, show};

pub(super) use note::note;
