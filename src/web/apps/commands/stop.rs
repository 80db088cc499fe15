//! Ending a command that runs.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::StopCommand;
use crate::commands::command_stop::StopRunning;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Id};
use crate::web::operations::found;
use crate::web::page::see_other;

/// Ends what the operation runs in a container. The operation itself says how that went.
pub async fn stop(may: Grant<StopCommand>, Id(id): Id, _none: Fields, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (may, operation) = found(&may, id, &site).await?;
    let id = operation.id;
    site.store.commit(&may, StopRunning { app: operation.app, operation: id }).await?;
    // It may have ended meanwhile; the operation's page says so.
    site.handover.stops.stop(id);
    see_other(&format!("/operations/{id}"))
}
