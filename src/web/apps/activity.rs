//! What was done with one app, for whoever may see the app: the entries about it in plain words, without where anybody came from.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewActivity;
use crate::store::audit_search::{EntryFilter, Seen, Start};
use crate::web::Site;
use crate::web::apps::facts::facts;
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::audit::EntryRow;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

/// What was done with an app, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/activity.html")]
pub struct ActivityView {
    pub shell: Shell,
    pub app: AppHeader,
    pub rows: Vec<EntryRow>,
    pub newer: Option<String>,
    pub older: Option<String>,
}

/// Entries on one page.
const PAGE: usize = 50;

/// The list.
pub async fn show(may: Grant<ViewActivity>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let start = match (query.number("before"), query.number("after")) {
        (Some(before), _) => Start::Before(before),
        (None, Some(after)) => Start::After(after),
        (None, None) => Start::Newest,
    };
    let seen = Seen::Apps([(facts.app.name.clone(), facts.app.created_at)].into());
    let about = EntryFilter { seen, start, ..EntryFilter::default() };
    let mut found = site.store.search(about.clone(), PAGE).await?;
    if matches!(start, Start::After(_)) && !found.newer {
        found = site.store.search(EntryFilter { start: Start::Newest, ..about }, PAGE).await?;
    }
    let link = |way: &str, seq: i64| format!("/apps/{}/activity?{way}={seq}", facts.app.name);
    page(&ActivityView {
        shell: shell(&site, &visit, format!("Activity of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Activity, None),
        newer: found.entries.first().filter(|_| found.newer).map(|first| link("after", first.seq)),
        older: found.entries.last().filter(|_| found.older).map(|last| link("before", last.seq)),
        rows: found.entries.iter().map(|entry| EntryRow::of(entry, &site)).collect(),
    })
}

#[cfg(any(test, feature = "testing"))]
impl ActivityView {
    pub fn samples() -> Vec<Self> {
        let full = Self {
            shell: Shell::sample("Activity of <pad>.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Activity) },
            rows: crate::web::audit::sample_rows(),
            newer: Some("/apps/pad.example.org/activity?after=1204".to_owned()),
            older: Some("/apps/pad.example.org/activity?before=1200".to_owned()),
        };
        let empty = Self { rows: vec![], newer: None, older: None, ..full.clone() };
        vec![full, empty]
    }
}
