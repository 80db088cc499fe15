//! When backups are made by themselves: the schedules of one app (its handlers are in `apps/schedule.rs`), and those that all others
//! follow (`default.rs`). Both show the same pages: `list.rs` and `edit.rs`.

mod default;
mod edit;
mod form;
mod list;
mod preview;
#[cfg(any(test, feature = "testing"))]
mod samples;

pub use default::{edit, list, remove, save};
pub use edit::ScheduleView;
pub use form::{Choice, ScheduleForm};
pub use list::{ScheduleRow, SchedulesView};
pub use preview::{Preview, PreviewRow};

pub(super) use edit::{Asked, read, row_of, view};
pub(super) use list::{Place, rows, view as list_view};
