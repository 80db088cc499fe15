//! The schedules that all apps follow which have none of their own.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::edit::{self, Asked, read, row_of};
use super::list::{Place, SchedulesView, rows, view};
use crate::access::action::{ReviewDefaultSchedule, SetDefaultSchedule, ViewDefaultSchedule};
use crate::access::{ActionName, Grant, policy};
use crate::commands::backup_policy_change::ChangeBackupPolicy;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Id};
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::shell::Nav;
use crate::web::visit::Visit;

const BASE: &str = "/backups/schedule";

fn place() -> Place {
    Place { app: None, base: BASE.to_owned() }
}

/// The list.
pub async fn list(_may: Grant<ViewDefaultSchedule>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let places = site.store.backup_destinations().await?;
    view(&SchedulesView {
        shell: shell(&site, &visit, "When apps are backed up", Nav::Backups).await,
        app: None,
        base: BASE.to_owned(),
        rows: rows(&site, None, None).await?,
        followed: vec![],
        exempt: None,
        may_edit: policy::allows(visit.actor.standing(), ActionName::SetDefaultSchedule),
        ready: places.iter().any(|place| place.refusal().is_empty()),
    })
}

/// The form; of a new schedule where the number is 0.
pub async fn edit(_may: Grant<ReviewDefaultSchedule>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&form(&site, &visit, row_of(id)?, None).await?)
}

/// Keeps it, or shows what it would mean.
pub async fn save(
    may: Grant<SetDefaultSchedule>,
    Id(id): Id,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (id, mut asked) = (row_of(id)?, read(&fields));
    if asked.look && asked.problems.is_empty() {
        return page(&form(&site, &visit, id, Some(asked)).await?);
    }
    if let Some(policy) = asked.policy.take() {
        match site.store.commit(&may, ChangeBackupPolicy::save(None, id, policy)).await {
            Ok(()) => return see_other(BASE),
            Err(why) => asked.refused(why)?,
        }
    }
    wrong_form(&form(&site, &visit, id, Some(asked)).await?)
}

/// Removes it.
pub async fn remove(may: Grant<SetDefaultSchedule>, Id(id): Id, _none: Fields, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let id = row_of(id)?.ok_or(Failure::NotFound)?;
    site.store.commit(&may, ChangeBackupPolicy::remove(None, id)).await?;
    see_other(BASE)
}

async fn form(site: &Site, visit: &Visit, id: Option<i32>, sent: Option<Asked>) -> Result<super::ScheduleView, Failure> {
    let title = if id.is_none() { "A new schedule of backups" } else { "A schedule of backups" };
    let shell = shell(site, visit, title, Nav::Backups).await;
    edit::view(site, shell, (place(), None), id, sent).await
}
