//! The history of an app's settings, and any two of its revisions side by side.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewSettings;
use crate::store::env_revisions::RevisionHead;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

use super::change::{EnvChange, change};
use super::{Mode, Newest};

/// Revisions of one page.
const PAGE: i64 = 50;

/// The page of the history.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/settings_revisions.html")]
pub struct RevisionsView {
    pub shell: Shell,
    pub app: AppHeader,
    pub mode: Mode,
    pub newest: Newest,
    /// Newest first.
    pub rows: Vec<RevisionRow>,
    pub older: Option<String>,
    /// The two that are compared: the older one, the newer one.
    pub compared: Option<(i32, i32)>,
    pub change: EnvChange,
}

/// One revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    pub number: i32,
    pub when: When,
    pub by: String,
    pub reason: String,
    /// The last deploy that worked was made with it.
    pub deployed: bool,
    /// It is chosen as the older one of the two.
    pub from: bool,
    /// It is chosen as the newer one.
    pub to: bool,
}

/// The history. With `from` and `to` in the query, what differs between these two.
pub async fn revisions(may: Grant<ViewSettings>, query: Query, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let newest = facts.revision(&site).await?;
    let mut heads = site.store.env_revisions(facts.app.id, query.number("before"), PAGE + 1).await?;
    let more = heads.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    heads.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let last = heads.last().map(|head| head.number).filter(|_| more);
    let deployed = site.store.last_converged(facts.app.id).await?.map(|deployment| deployment.env_number);
    let compared = compare(&facts, &site, &query).await?;
    // Without a choice the two newest are proposed.
    let chosen = compared.as_ref().map_or((newest.number - 1, newest.number), |(pair, _)| *pair);
    page(&RevisionsView {
        shell: shell(&site, &visit, format!("Revisions of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Settings, None),
        mode: Mode::Revisions,
        newest: facts.newest(&site, &newest),
        rows: heads.iter().map(|head| row(&site, head, deployed, chosen)).collect(),
        older: last.map(|number| format!("/apps/{}/settings/revisions?before={number}", facts.app.name)),
        compared: compared.as_ref().map(|(pair, _)| *pair),
        change: compared.map(|(_, change)| change).unwrap_or_default(),
    })
}

fn row(site: &Site, head: &RevisionHead, deployed: Option<i32>, (from, to): (i32, i32)) -> RevisionRow {
    RevisionRow {
        number: head.number,
        when: moment(site, head.at),
        by: head.by.clone(),
        reason: head.reason.clone(),
        deployed: deployed == Some(head.number),
        from: from == head.number,
        to: to == head.number,
    }
}

/// The two revisions of the query in their order, and what differs.
async fn compare(facts: &Facts, site: &Site, query: &Query) -> Result<Option<((i32, i32), EnvChange)>, Failure> {
    let (Some(a), Some(b)) = (query.number::<i32>("from"), query.number::<i32>("to")) else { return Ok(None) };
    let pair = (a.min(b), a.max(b));
    let older = site.store.env_revision(facts.app.id, pair.0).await?.ok_or(Failure::NotFound)?;
    let newer = site.store.env_revision(facts.app.id, pair.1).await?.ok_or(Failure::NotFound)?;
    Ok(Some((pair, change(&older.text, &newer.text))))
}
