//! Operations: the list, and one while it runs and after.

pub mod api;
mod index;
mod journal;
mod output;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod show;

pub use index::{OperationRow, OperationsView, index, rows};
pub use journal::{Progress, StepLine};
pub use output::{OutputLine, OutputPart, output};
pub use show::{OperationView, live, show};

use crate::access::{Action, Grant};
use crate::ops::after::STEP_FAILED;
use crate::ops::order::Wanted;
use crate::store::operations::{Operation, State};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::guard::on;
use crate::web::page::span;
use crate::web::status::OperationState;

/// The operation of a page, and the page's grant on the operation's app.
pub(in crate::web) async fn found<A: Action>(may: &Grant<A>, id: i64, site: &Site) -> Result<(Grant<A>, Operation), Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    let operation = site.store.operation(id).await?.ok_or(Failure::NotFound)?;
    let may = on(may, operation.kept_as.as_ref().unwrap_or(&operation.app))?;
    Ok((may, operation))
}

/// What an operation does, in words.
pub(in crate::web) fn title(operation: &Operation) -> String {
    serde_json::from_str::<Wanted>(&operation.wanted).map_or_else(|_unreadable| operation.kind.clone(), |wanted| wanted.title())
}

/// The page of the app that an operation works on, or of what is left of it.
pub(in crate::web) fn app_path(operation: &Operation) -> String {
    format!("/apps/{}", operation.kept_as.as_ref().unwrap_or(&operation.app))
}

/// Where an operation stands, as pages show it.
pub(in crate::web) fn state(operation: &Operation) -> OperationState {
    match operation.state {
        // What was deployed stays, but somebody has to act.
        State::Done if operation.outcome == STEP_FAILED => OperationState::Failed,
        State::Queued => OperationState::Queued,
        State::Running => OperationState::Running,
        State::Done => OperationState::Done,
        State::Failed => OperationState::Failed,
    }
}

fn took(operation: &Operation, site: &Site) -> String {
    let Some(started) = operation.started_at else { return String::new() };
    span(operation.finished_at.unwrap_or_else(|| site.store.clock().now()) - started)
}
