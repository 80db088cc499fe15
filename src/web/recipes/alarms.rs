//! Versions of a recipe that changed after they were published, until an admin has looked at them.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use crate::access::Grant;
use crate::access::action::AcceptTags;
use crate::commands::tag_alarm_see::SeeTagAlarms;
use crate::store::Denied;
use crate::store::tag_alarms::TagAlarm;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Name};
use crate::web::page::{moment, see_other};
use crate::web::when::When;

/// A version that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    pub version: String,
    /// What happened, in a sentence.
    pub what: String,
    pub found: When,
    /// Who looked at it; absent while nobody has.
    pub seen_by: Option<String>,
}

/// The form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenForm {
    /// The newest alarm that was on the page: what was found since then is not waved through.
    newest: String,
}

/// An admin has looked.
pub async fn see(
    may: Grant<AcceptTags>,
    Name(name): Name,
    Form(form): Form<SeenForm>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let recipe = site.store.recipe(&name).await?.ok_or(Failure::NotFound)?.name;
    let newest = form.newest.parse().map_err(|_| Failure::BadForm("the form was not complete; open the page again".to_owned()))?;
    match site.store.commit(&may, SeeTagAlarms { recipe, newest }).await {
        // Somebody else was faster, and the page says who.
        Ok(()) | Err(Denied::Rule { .. }) => see_other(&format!("/recipes/{name}")),
        Err(other) => Err(other.into()),
    }
}

/// Alarms as rows of a page.
pub(super) fn rows(site: &Site, alarms: &[TagAlarm]) -> Vec<AlarmRow> {
    let row = |alarm: &TagAlarm| AlarmRow {
        version: alarm.tag.clone(),
        what: what(alarm),
        found: moment(site, alarm.found_at),
        seen_by: alarm.seen_at.map(|_| alarm.seen_by.clone()),
    };
    alarms.iter().map(row).collect()
}

/// What happened to a version, as the rest of a sentence that begins with it.
pub(in crate::web) fn what(alarm: &TagAlarm) -> String {
    let short = |commit: &str| commit.chars().take(8).collect::<String>();
    if alarm.now.is_empty() {
        return format!("is gone from the repository; it was {}. Apps that run it can still be deployed", short(&alarm.was));
    }
    format!("was {} and is now {}: what a new deploy brings is not what was published first", short(&alarm.was), short(&alarm.now))
}
