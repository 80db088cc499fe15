use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::made;
use crate::access::Grant;
use crate::access::action::PinBackup;
use crate::commands::snapshot_pin::PinSnapshot;
use crate::web::Site;
use crate::web::apps::facts::facts_of_form;
use crate::web::failure::Failure;
use crate::web::form::{Form, Name};
use crate::web::page::see_other;
use crate::web::visit::Visit;

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinForm {
    /// `on` keeps it for good.
    #[serde(default)]
    stays: String,
}

/// Has a snapshot kept for good, or as the schedules say.
pub async fn pin(
    may: Grant<PinBackup>,
    Name(id): Name,
    Form(form): Form<PinForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let made = made(&site, &facts, &id).await?;
    let stays = form.stays == "on";
    site.store.commit(&may, PinSnapshot { app_id: facts.app.id, snapshot: made.snapshot.clone(), stays }).await?;
    let done = if stays { "pinned" } else { "unpinned" };
    see_other(&format!("/apps/{}/backups/{}?done={done}", facts.app.name, made.snapshot))
}
