//! The list of schedules: of one app, or those that all others follow.

use actix_web::HttpResponse;
use askama::Template;

use crate::backup::{Fate, Policy, Turn};
use crate::clock::Millis;
use crate::commands::backup_policy_change::policy_of;
use crate::store::backup_policies::{Destination, StoredPolicy, Turn as Taken};
use crate::web::Site;
use crate::web::apps::header::AppHeader;
use crate::web::failure::Failure;
use crate::web::page::{moment, page};
use crate::web::preferences;
use crate::web::setup::sentence;
use crate::web::shell::Shell;
use crate::web::status::Mark;
use crate::web::when::When;

/// The schedules of an app or of the default.
#[derive(Debug, Clone, Template)]
#[template(path = "schedules/list.html")]
pub struct SchedulesView {
    pub shell: Shell,
    /// Absent on the page of the default.
    pub app: Option<AppHeader>,
    /// The page's path.
    pub base: String,
    pub rows: Vec<ScheduleRow>,
    /// Of an app without schedules of its own, those of the default.
    pub followed: Vec<ScheduleRow>,
    /// Who took the app out of the default, and when.
    pub exempt: Option<(String, When)>,
    pub may_edit: bool,
    /// Whether any repository takes backups.
    pub ready: bool,
}

/// One schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    pub id: i32,
    /// When, such as "Every day at 03:30, Europe/Berlin".
    pub when: String,
    pub repository: String,
    /// What stays, such as "7 days, 5 weeks and 12 months".
    pub keeps: String,
    pub mark: Mark,
    /// The next time, or why there is none.
    pub next: String,
}

impl SchedulesView {
    /// What holds: the app's own, or those that it follows.
    pub fn shown(&self) -> &[ScheduleRow] {
        match (self.rows.is_empty(), &self.exempt) {
            (true, None) => &self.followed,
            _ => &self.rows,
        }
    }
}

/// What a list is about.
pub(in crate::web) struct Place {
    /// The app's row and when it was made; `None` for the default.
    pub(in crate::web) app: Option<(i32, Millis)>,
    /// The page's path.
    pub(in crate::web) base: String,
}

/// The page.
pub(in crate::web) fn view(view: &SchedulesView) -> Result<HttpResponse, Failure> {
    page(view)
}

/// The schedules of `owner` as they hold for the app, or for nobody in particular.
pub(in crate::web) async fn rows(site: &Site, owner: Option<i32>, app: Option<(i32, Millis)>) -> Result<Vec<ScheduleRow>, Failure> {
    let (places, taken) = (site.store.backup_destinations().await?, site.store.backup_turns().await?);
    let stored = site.store.backup_policies().await?;
    let own = stored.iter().filter(|policy| policy.app_id == owner);
    Ok(own.map(|policy| row(site, policy, &places, &taken, app)).collect())
}

fn row(site: &Site, stored: &StoredPolicy, places: &[Destination], taken: &[Taken], app: Option<(i32, Millis)>) -> ScheduleRow {
    let place = places.iter().find(|place| place.id == stored.repository_id);
    let repository = place.map_or_else(|| "a repository that is gone".to_owned(), |place| place.name.clone());
    let policy = match policy_of(stored) {
        Ok(policy) => policy,
        Err(why) => {
            let mark = Mark { tone: "bad", glyph: "✕", word: "Broken" };
            let (when, next) = (stored.cron.clone(), sentence(&why.to_string()));
            return ScheduleRow { id: stored.id, when, repository, keeps: String::new(), mark, next };
        }
    };
    let trouble = place.map_or_else(|| "the repository is gone".to_owned(), Destination::refusal);
    let last = taken.iter().filter(|turn| turn.policy_id == stored.id);
    let last = app.and_then(|(id, _)| last.filter(|turn| turn.app_id == id).map(|turn| turn.at).max());
    let turn = Turn {
        policy: stored.id,
        app: app.map_or(0, |(id, _)| id),
        schedule: &policy.schedule,
        paused: policy.paused,
        trouble: &trouble,
        since: app.map_or(stored.at, |(_, made)| stored.at.max(made)),
        last,
    };
    // Nothing was acted on for nobody: the default is told by the calendar alone.
    let now = site.store.clock().now();
    let turn = if app.is_none() { Turn { last: Some(now), ..turn } } else { turn };
    let (mark, next) = told(site, &policy, turn.fate(now, 0));
    let keeps = if place.is_some_and(|place| place.append_only) {
        "everything, for nothing that lies there can be removed".to_owned()
    } else {
        policy.keep.told()
    };
    ScheduleRow { id: stored.id, when: sentence(&policy.schedule.told()), repository, keeps, mark, next }
}

fn told(site: &Site, policy: &Policy, fate: Fate) -> (Mark, String) {
    match fate {
        Fate::Due(_) => (Mark { tone: "info", glyph: "◐", word: "Due" }, "As soon as nothing else is done to the app".to_owned()),
        Fate::Waits(at) => (Mark { tone: "ok", glyph: "●", word: "On" }, exact(site, policy, at)),
        Fate::Paused => (Mark { tone: "idle", glyph: "‖", word: "Paused" }, "Not before somebody lets it go on".to_owned()),
        Fate::Skipped(why) => (Mark { tone: "bad", glyph: "✕", word: "Stuck" }, sentence(&why)),
        Fate::Never => (Mark { tone: "warn", glyph: "▲", word: "Never" }, "The calendar ends before that".to_owned()),
    }
}

/// A time to come, on the clock of whoever looks.
fn exact(site: &Site, policy: &Policy, at: Millis) -> String {
    let mine = moment(site, at).exact;
    let same = preferences::zone() == *policy.schedule.zone();
    if same { mine } else { format!("{mine} on your clock") }
}
