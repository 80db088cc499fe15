//! The button.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::view;
use crate::access::Grant;
use crate::access::action::RunBackup;
use crate::ops::backup::{self, BackupWanted};
use crate::store::repositories::RepositoryState;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts_of_form};
use crate::web::apps::idle::once;
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::Fields;
use crate::web::page::wrong_form;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

/// Backs the app up into the repository that was chosen.
pub async fn begin(may: Grant<RunBackup>, Fields(fields): Fields, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    let why = obstacle(&facts, true);
    if !why.is_empty() {
        return Err(Failure::Conflict(why));
    }
    let all = site.store.repositories().await?;
    let mut active = all.into_iter().filter(|repository| repository.state == RepositoryState::Active);
    let chosen = fields.get("repository").and_then(|id| id.parse::<i32>().ok());
    let Some(repository) = active.find(|repository| chosen == Some(repository.id)) else {
        let mut problems = Problems::none();
        problems.add("repository", "Choose where the backup goes".to_owned());
        return wrong_form(&view(&facts, &visit, &site, may.actor(), problems).await?);
    };
    let wanted = BackupWanted::by_hand(repository.id, facts.stack.as_str());
    start(&may, &visit, &site, backup::order(facts.app.id, wanted, visit.form.clone())).await
}

/// Why it can't be backed up now; empty if it can.
pub(super) fn obstacle(facts: &Facts, somewhere: bool) -> String {
    if !somewhere {
        return "There is no repository yet that takes backups.".to_owned();
    }
    if facts.observed.at == 0 {
        return "Docker has not answered since Canteen was started, so it can’t be told where the volumes are.".to_owned();
    }
    if facts.observed.services.is_empty() {
        return format!("{} is not deployed, so it can’t be told where its volumes are; deploy it first.", facts.app.name);
    }
    String::new()
}
