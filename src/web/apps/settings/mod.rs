//! The settings of an app: as a form made from the recipe's sample, as text, and their history.
//!
//! `form.rs` shows the form, `save.rs` takes it; `text.rs` shows and takes the text. Both go by `review.rs` (what would change)
//! and, when two people edit, by `conflict.rs`. `revisions.rs` and `revision.rs` are the history. What is asked is made in
//! `asked.rs` and `controls.rs`, what is wrong is found in `answers.rs` and `check.rs`.

mod answers;
mod asked;
pub mod change;
mod check;
pub mod conflict;
mod controls;
mod form;
mod mask;
mod review;
mod revision;
mod revisions;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod save;
mod sent;
mod text;
mod text_diff;
mod typed_text;

pub(super) use answers::answers;
pub(super) use asked::overlays_of;
pub use change::Shown;
pub(super) use controls::form_of;
pub use controls::{ByRecipe, Field, FieldGroup, FieldKind, Overlay, SettingsForm};
pub use form::{AppSettingsView, form};
pub use review::ReviewView;
pub use revision::{RevisionView, revert, revision};
pub use revisions::{RevisionRow, RevisionsView, revisions};
pub use save::save;
pub use text::{SettingsTextView, save_text, text};

use crate::web::when::When;

/// The numbers of so many lines, one in a line.
fn numbers(lines: usize) -> String {
    let numbers: Vec<String> = (1..=lines).map(|number| number.to_string()).collect();
    numbers.join("\n")
}

/// The pages of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Form,
    Text,
    Revisions,
}

/// What every page of the settings says about the newest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    pub number: i32,
    pub saved: When,
    pub by: String,
    /// Settings whose saved value is not the deployed one.
    pub not_deployed: Vec<String>,
}
