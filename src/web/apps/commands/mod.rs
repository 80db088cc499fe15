//! Commands of an app's recipe: which there are, the form that runs one, and the steps after a deploy.
//!
//! `list.rs` is the page, `form.rs` runs a command, `steps.rs` runs a step again, `source.rs` reads them from the recipe.

mod form;
mod list;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod source;
mod steps;
mod stop;

pub use form::{CommandView, Typed, form, run};
pub use list::{CommandRow, CommandsView, RunRow, StepRow, list};
pub use steps::run_step;
pub use stop::stop;

pub(in crate::web::apps) use source::{AskedSteps, after_deploy, asked_on, running};
