//! The list of entries.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::groups::{Group, actions, groups};
use super::{EntryRow, result};
use crate::access::action::{ExportAudit, ViewAudit};
use crate::access::{Grant, Target};
use crate::clock::Millis;
use crate::store::audit_search::{EntryFilter, Seen, Start};
use crate::store::chain::Checked;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::status::Outcome;
use crate::web::visit::Visit;
use crate::web::when::When;

/// The list of entries, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "audit/index.html")]
pub struct AuditView {
    pub shell: Shell,
    pub filter: AuditFilter,
    /// Actions to choose from.
    pub groups: Vec<Group>,
    /// Names that acted, to choose from.
    pub actors: Vec<String>,
    pub rows: Vec<EntryRow>,
    pub newer: Option<String>,
    pub older: Option<String>,
    /// The entry back to which was looked in vain, where there is more to look at.
    pub looked_to: Option<i64>,
    pub integrity: Integrity,
    /// The viewer may take the log away as a file.
    pub may_export: bool,
}

/// The filter as the address carries it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    pub who: String,
    /// An action or a group of them.
    pub action: String,
    /// The app's name.
    pub object: String,
    /// A part of the name of what was acted on.
    pub text: String,
    pub result: Option<Outcome>,
    /// Date such as 2026-11-22, inclusive.
    pub from: String,
    /// Date, inclusive.
    pub to: String,
}

impl AuditFilter {
    pub fn is_on(&self) -> bool {
        *self != Self::default()
    }

    /// What the address asks for.
    pub(super) fn of(get: impl Fn(&str) -> String) -> Self {
        Self {
            who: get("who").trim().to_owned(),
            action: get("action"),
            object: get("object").trim().to_owned(),
            text: get("text").trim().to_owned(),
            result: Outcome::ALL.into_iter().find(|o| o.slug() == get("result")),
            from: get("from"),
            to: get("to"),
        }
    }

    /// The same for the store.
    pub(super) async fn wanted(&self, site: &Site) -> Result<EntryFilter, Failure> {
        let outcomes = match self.result {
            Some(wanted) => Some(site.store.audit_outcomes().await?.into_iter().filter(|word| result(word) == wanted).collect()),
            None => None,
        };
        Ok(EntryFilter {
            seen: Seen::Everything,
            actor: self.who.clone(),
            actions: actions(&self.action),
            app: self.object.clone(),
            text: self.text.clone(),
            outcomes,
            from: day(&self.from),
            to: day(&self.to).map(|d| d + DAY_MS),
            start: Start::Newest,
        })
    }

    /// The filter as an address says it; what is empty is left out.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let result = self.result.map_or("", Outcome::slug).to_owned();
        let all = [
            ("who", self.who.clone()),
            ("action", self.action.clone()),
            ("object", self.object.clone()),
            ("text", self.text.clone()),
            ("result", result),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    fn link(&self, way: &'static str, seq: i64) -> String {
        let mut pairs = self.pairs();
        pairs.push((way, seq.to_string()));
        format!("/audit?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
    }
}

/// What is known about the chain of hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integrity {
    Verified { seq: u64, when: When },
    NotChecked,
    Broken { first_bad: u64 },
}

/// Entries on one page.
const PAGE: usize = 100;
/// Milliseconds.
pub const DAY_MS: Millis = 24 * 60 * 60 * 1000;

/// The log.
pub async fn index(may: Grant<ViewAudit>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let shown = AuditFilter::of(|name| query.get(name).to_owned());
    let mut wanted = shown.wanted(&site).await?;
    wanted.seen = super::sight(&may, &site).await?;
    let actors = if matches!(wanted.seen, Seen::Everything) { site.store.audit_actors().await? } else { vec![] };
    wanted.start = match (query.number("before"), query.number("after")) {
        (Some(before), _) => Start::Before(before),
        (None, Some(after)) => Start::After(after),
        (None, None) => Start::Newest,
    };
    let mut found = site.store.search(wanted.clone(), PAGE).await?;
    if matches!(wanted.start, Start::After(_)) && !found.newer {
        // Nothing newer than these: the newest page is a full one.
        found = site.store.search(EntryFilter { start: Start::Newest, ..wanted }, PAGE).await?;
    }
    let oldest = found.stopped_at.or_else(|| found.entries.last().map(|last| last.seq));
    page(&AuditView {
        shell: shell(&site, &visit, "Audit log", Nav::Audit).await,
        groups: groups(),
        actors,
        rows: found.entries.iter().map(|e| EntryRow::of(e, &site)).collect(),
        newer: found.entries.first().filter(|_| found.newer).map(|first| shown.link("after", first.seq)),
        older: oldest.filter(|_| found.older).map(|oldest| shown.link("before", oldest)),
        looked_to: found.stopped_at,
        filter: shown,
        integrity: integrity(&site),
        may_export: Grant::<ExportAudit>::judge(may.actor().clone(), Target::Site).is_ok(),
    })
}

fn integrity(site: &Site) -> Integrity {
    match site.checked.last() {
        None => Integrity::NotChecked,
        Some((Checked::Whole { entries, .. }, at)) => {
            Integrity::Verified { seq: u64::try_from(entries).unwrap_or_default(), when: moment(site, at) }
        }
        Some((Checked::Broken { seq, .. }, _)) => Integrity::Broken { first_bad: u64::try_from(seq).unwrap_or_default() },
    }
}

/// The beginning of a day such as 2026-11-22, in UTC.
pub fn day(text: &str) -> Option<Millis> {
    let date: jiff::civil::Date = text.parse().ok()?;
    date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp().as_millisecond())
}

#[cfg(any(test, feature = "testing"))]
impl AuditView {
    pub fn samples() -> Vec<Self> {
        let full = Self {
            shell: Shell::sample("Audit log", Nav::Audit),
            filter: AuditFilter::default(),
            groups: groups(),
            actors: vec!["Ana".to_owned(), "<Bo>".to_owned()],
            rows: super::sample_rows(),
            newer: Some("/audit?after=1204".to_owned()),
            older: Some("/audit?before=1200".to_owned()),
            looked_to: None,
            integrity: Integrity::Verified { seq: 1204, when: When::sample(2) },
            may_export: true,
        };
        let nothing_found = Self {
            filter: AuditFilter {
                who: "\"Ana\"".to_owned(),
                action: "app.deploy".to_owned(),
                result: Some(Outcome::Denied),
                ..AuditFilter::default()
            },
            rows: Vec::new(),
            newer: None,
            looked_to: Some(1_150_000),
            integrity: Integrity::NotChecked,
            ..full.clone()
        };
        let broken = Self { integrity: Integrity::Broken { first_bad: 1188 }, ..full.clone() };
        let empty = Self {
            may_export: false,
            rows: Vec::new(),
            newer: None,
            older: None,
            integrity: Integrity::NotChecked,
            ..full.clone()
        };
        vec![full, nothing_found, broken, empty]
    }
}
