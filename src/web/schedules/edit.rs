//! The form of one schedule.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;

use super::form::ScheduleForm;
use super::list::Place;
use super::preview::Preview;
use crate::backup::{Policy, Schedule};
use crate::commands::backup_policy_change::policy_of;
use crate::store::Denied;
use crate::web::Site;
use crate::web::apps::header::AppHeader;
use crate::web::failure::Failure;
use crate::web::preferences;
use crate::web::setup::sentence;
use crate::web::shell::{Problems, Shell};

/// Times that are shown beforehand.
const SHOWN: usize = 3;

/// The form of a schedule.
#[derive(Debug, Clone, Template)]
#[template(path = "schedules/edit.html")]
pub struct ScheduleView {
    pub shell: Shell,
    /// Absent for one of the default.
    pub app: Option<AppHeader>,
    /// The path of the list.
    pub base: String,
    /// The row; none for a new schedule.
    pub id: Option<i32>,
    pub form: ScheduleForm,
    /// Repositories: row, name, whether it is chosen, and why it takes nothing.
    pub repositories: Vec<(i32, String, bool, String)>,
    /// Time zones to choose from.
    pub zones: Vec<String>,
    /// When it comes, in words, and the next times on its clock. Absent while the times are wrong.
    pub times: Option<(String, Vec<String>)>,
    /// What would stay. Absent while the numbers are wrong.
    pub preview: Option<Preview>,
    pub problems: Problems,
}

/// What was sent.
pub(in crate::web) struct Asked {
    pub(in crate::web) form: ScheduleForm,
    /// The policy, if it is one.
    pub(in crate::web) policy: Option<Policy>,
    pub(in crate::web) problems: Problems,
    /// It is only to be looked at, and not kept.
    pub(in crate::web) look: bool,
}

/// Reads what was sent.
pub(in crate::web) fn read(fields: &BTreeMap<String, String>) -> Asked {
    let mut problems = Problems::none();
    let (form, policy) = ScheduleForm::read(fields, &mut problems);
    Asked { form, policy, problems, look: fields.contains_key("look") }
}

impl Asked {
    /// Adds why it was not kept, at the field that it is about.
    pub(in crate::web) fn refused(&mut self, why: Denied) -> Result<(), Failure> {
        match why {
            Denied::Rule { what, text } if ["repository", "hook_minutes"].contains(&what) => {
                self.problems.add(what, sentence(&text));
                Ok(())
            }
            other => Err(other.into()),
        }
    }
}

/// The row that a number in a path names; none for 0, which is a new one.
pub(in crate::web) fn row_of(id: i64) -> Result<Option<i32>, Failure> {
    let id = i32::try_from(id).map_err(|_| Failure::NotFound)?;
    Ok((id != 0).then_some(id))
}

/// The form as it is kept, or as it was sent.
pub(in crate::web) async fn view(
    site: &Site,
    shell: Shell,
    (place, app): (Place, Option<AppHeader>),
    id: Option<i32>,
    sent: Option<Asked>,
) -> Result<ScheduleView, Failure> {
    let places = site.store.backup_destinations().await?;
    let (form, problems) = match (sent, id) {
        (Some(asked), _) => (asked.form, asked.problems),
        (None, None) => {
            let mut usable = places.iter().filter(|place| place.refusal().is_empty()).map(|place| place.id);
            let zone = preferences::zone().iana_name().unwrap_or("UTC").to_owned();
            (ScheduleForm::new(zone, usable.next()), Problems::none())
        }
        (None, Some(id)) => (kept(site, id, place.app.map(|(app, _)| app)).await?, Problems::none()),
    };
    let now = site.store.clock().now();
    let mut silent = Problems::none();
    let schedule = form.schedule();
    let zone = schedule.as_ref().map_or_else(preferences::zone, |schedule| schedule.zone().clone());
    let preview = form.keep(&mut silent).map(|keep| Preview::of(keep, &[], now, &zone));
    let chosen = |id: i32| form.repository == id.to_string();
    Ok(ScheduleView {
        shell,
        app,
        base: place.base,
        id,
        repositories: places.iter().map(|p| (p.id, p.name.clone(), chosen(p.id), p.refusal())).collect(),
        zones: preferences::zones(),
        times: schedule.map(|schedule| (sentence(&schedule.told()), times(&schedule, now))),
        preview,
        form,
        problems,
    })
}

async fn kept(site: &Site, id: i32, owner: Option<i32>) -> Result<ScheduleForm, Failure> {
    let stored = site.store.backup_policies().await?;
    let stored = stored.iter().find(|policy| policy.id == id && policy.app_id == owner).ok_or(Failure::NotFound)?;
    if let Ok(policy) = policy_of(stored) {
        return Ok(ScheduleForm::of(&policy));
    }
    // Its zone is gone, say: it has to be chosen anew.
    let new = ScheduleForm::new(stored.zone.clone(), Some(stored.repository_id));
    Ok(ScheduleForm { when: "hand".to_owned(), cron: stored.cron.clone(), ..new })
}

/// The next times on the schedule's own clock.
fn times(schedule: &Schedule, now: i64) -> Vec<String> {
    let told = |moment| {
        let at = Timestamp::from_millisecond(moment).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(schedule.zone().clone()).strftime("%A, %-d %B %Y, %H:%M").to_string()
    };
    schedule.times_after(now).take(SHOWN).map(told).collect()
}
