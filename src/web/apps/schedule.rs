//! When an app is backed up by itself: schedules of its own, those that others follow, or none.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::facts::{Facts, facts, facts_of_form};
use super::header::Tab;
use crate::access::Grant;
use crate::access::action::{ReviewSchedule, SetSchedule, ViewBackups};
use crate::commands::backup_exempt::ExemptFromBackups;
use crate::commands::backup_policy_change::ChangeBackupPolicy;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Id};
use crate::web::page::{moment, page, see_other, shell, wrong_form};
use crate::web::schedules::{Asked, Place, ScheduleView, SchedulesView, list_view, read, row_of, rows, view};
use crate::web::shell::Nav;
use crate::web::visit::Visit;

fn base(facts: &Facts) -> String {
    format!("/apps/{}/backups/schedule", facts.app.name)
}

/// The list.
pub async fn list(may: Grant<ViewBackups>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let this = Some((facts.app.id, facts.app.created_at));
    let own = rows(&site, Some(facts.app.id), this).await?;
    let followed = if own.is_empty() { rows(&site, None, this).await? } else { vec![] };
    let places = site.store.backup_destinations().await?;
    list_view(&SchedulesView {
        shell: shell(&site, &visit, format!("When {} is backed up", facts.app.name), Nav::Apps).await,
        app: Some(facts.header(Tab::Backups, None)),
        base: base(&facts),
        rows: own,
        followed,
        exempt: site.store.backup_exempt(facts.app.id).await?.map(|(at, by)| (by, moment(&site, at))),
        may_edit: facts.may::<SetSchedule>(),
        ready: places.iter().any(|place| place.refusal().is_empty()),
    })
}

/// Takes the app out of the schedules that others follow, or puts it back.
pub async fn follow(
    may: Grant<SetSchedule>,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let out = match fields.get("follow").map(String::as_str) {
        Some("default") => false,
        Some("none") => true,
        _ => return Err(Failure::BadForm("choose whether the app follows the others; open the page again".to_owned())),
    };
    site.store.commit(&may, ExemptFromBackups { app_id: facts.app.id, out }).await?;
    see_other(&base(&facts))
}

/// The form; of a new schedule where the number is 0.
pub async fn edit(may: Grant<ReviewSchedule>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    page(&form(&facts, &site, &visit, row_of(id)?, None).await?)
}

/// Keeps it, or shows what it would mean.
pub async fn save(
    may: Grant<SetSchedule>,
    Id(id): Id,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let (id, mut asked) = (row_of(id)?, read(&fields));
    if asked.look && asked.problems.is_empty() {
        return page(&form(&facts, &site, &visit, id, Some(asked)).await?);
    }
    if let Some(policy) = asked.policy.take() {
        match site.store.commit(&may, ChangeBackupPolicy::save(Some(facts.app.id), id, policy)).await {
            Ok(()) => return see_other(&base(&facts)),
            Err(why) => asked.refused(why)?,
        }
    }
    wrong_form(&form(&facts, &site, &visit, id, Some(asked)).await?)
}

/// Removes it.
pub async fn remove(
    may: Grant<SetSchedule>,
    Id(id): Id,
    _none: Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let id = row_of(id)?.ok_or(Failure::NotFound)?;
    site.store.commit(&may, ChangeBackupPolicy::remove(Some(facts.app.id), id)).await?;
    see_other(&base(&facts))
}

async fn form(facts: &Facts, site: &Site, visit: &Visit, id: Option<i32>, sent: Option<Asked>) -> Result<ScheduleView, Failure> {
    let shell = shell(site, visit, format!("A schedule of {}", facts.app.name), Nav::Apps).await;
    let place = Place { app: Some((facts.app.id, facts.app.created_at)), base: base(facts) };
    view(site, shell, (place, Some(facts.header(Tab::Backups, None))), id, sent).await
}
