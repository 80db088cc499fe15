//! The list of apps.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{BeginApp, ListApps, ListRepositories};
use crate::access::{Action as _, Grant, policy};
use crate::store::overview::Alarm;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::page::{fragment, page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::status::Status;
use crate::web::visit::Visit;
use crate::web::when::When;

/// The list of apps. The block `rows` is the fragment that the page fetches again when it is poked.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/index.html", blocks = ["rows"])]
pub struct AppsView {
    pub shell: Shell,
    pub filter: AppsFilter,
    pub rows: Arc<Vec<AppRow>>,
    /// Apps that the viewer may see, before the filter; 0 shows the first-app page.
    pub total: usize,
    /// Sentences for the band on top, the worst first.
    pub attention: Arc<Vec<Attention>>,
    /// Repositories of backups that somebody has to look at, for whoever may see them.
    pub alarms: Vec<Alarm>,
    pub may_create: bool,
    /// Address of the event stream; absent where the page is not live.
    pub live: Option<String>,
    /// Address of the block `rows`, with the filter's query.
    pub rows_url: String,
}

/// The filter as the address carries it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppsFilter {
    pub q: String,
    pub state: Option<Status>,
}

impl AppsFilter {
    pub fn is_on(&self) -> bool {
        !self.q.is_empty() || self.state.is_some()
    }
}

/// One app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRow {
    pub name: String,
    pub recipe: String,
    pub version: String,
    pub state: Status,
    /// Running of wanted, such as "3/3"; empty where nothing is deployed.
    pub tasks: String,
    /// The newer version that can be deployed.
    pub update: Option<String>,
    pub last_change: Option<When>,
    /// Who made the last change.
    pub changed_by: String,
}

/// Something that a member should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attention {
    pub app: String,
    pub text: String,
}

/// The list of apps.
pub async fn index(may: Grant<ListApps>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&view(&may, &visit, &query, &site).await?)
}

/// The rows alone.
pub async fn rows(may: Grant<ListApps>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    fragment(view(&may, &visit, &query, &site).await?.as_rows().render())
}

async fn view(may: &Grant<ListApps>, visit: &Visit, query: &Query, site: &Site) -> Result<AppsView, Failure> {
    let filter = AppsFilter { q: query.get("q").trim().to_owned(), state: Status::from_slug(query.get("state")) };
    // The number comes before the reading, so that nothing that happens in between is missed.
    let since = site.live.seq();
    let reading = site.feed.latest();
    let seen = site.store.seen_by(may.actor());
    let overview = site.store.overview().await?;
    let listed = site.listing.of(&reading.swarm, &overview, site).seen(&seen);
    let fits = |row: &&AppRow| {
        filter.state.is_none_or(|s| s == row.state) && (row.name.contains(&filter.q) || row.recipe.contains(&filter.q))
    };
    let rows = if filter.is_on() { Arc::new(listed.rows.iter().filter(fits).cloned().collect()) } else { Arc::clone(&listed.rows) };
    let state = filter.state.map_or("", Status::slug);
    let rows_query = serde_urlencoded::to_string([("q", filter.q.as_str()), ("state", state)]).unwrap_or_default();
    Ok(AppsView {
        shell: shell(site, visit, "Apps", Nav::Apps).await,
        filter,
        total: listed.rows.len(),
        rows,
        attention: listed.attention,
        alarms: if policy::allows(may.actor().standing(), ListRepositories::NAME) { overview.alarms.clone() } else { vec![] },
        may_create: policy::allows(may.actor().standing(), BeginApp::NAME),
        live: Some(format!("/live?since={since}&topics=apps")),
        rows_url: format!("/apps/rows?{rows_query}"),
    })
}

#[cfg(any(test, feature = "testing"))]
impl AppsView {
    pub fn samples() -> Vec<Self> {
        use crate::web::shell::Nav;
        let row = |name: &str, recipe: &str, version: &str, state, tasks: &str, minutes| AppRow {
            name: name.to_owned(),
            recipe: recipe.to_owned(),
            version: version.to_owned(),
            state,
            tasks: tasks.to_owned(),
            update: None,
            last_change: Some(When::sample(minutes)),
            changed_by: "Ana".to_owned(),
        };
        let empty = Self {
            shell: Shell::sample("Apps", Nav::Apps),
            filter: AppsFilter::default(),
            rows: Arc::default(),
            total: 0,
            attention: Arc::default(),
            alarms: vec![],
            may_create: true,
            live: None,
            rows_url: "/apps/rows".to_owned(),
        };
        let mut rows = vec![
            row("cloud.example.org", "nextcloud", "11.0.2+31.0.1-fpm", Status::Healthy, "3/3", 130),
            row("wiki.example.org", "dokuwiki", "1.1.0+2024-02-06a", Status::Healthy, "1/1", 3000),
            row("chat.example.org", "mattermost", "4.1.0+10.2", Status::Updating, "1/2", 1),
            row("pad.example.org", "hedgedoc", "2.0.1+1.10", Status::Failing, "0/1", 20),
            row("photos.example.org", "immich", "1.4.0+v1.120", Status::Degraded, "3/4", 95),
            row("old.example.org", "wordpress", "3.3.0+6.7", Status::NotDeployed, "", 90_000),
            row("forum.example.org", "discourse", "0.9.0+3.3", Status::ScaledToZero, "0/0", 44_000),
            row("tidy.example.org", "heartbeat", "1.0.0+1.35.0", Status::Scheduled, "0/0", 44_100),
            row("list.example.org", "mailman", "0.2.0+3.3", Status::Unknown, "", 400),
        ];
        if let Some(wiki) = rows.get_mut(1) {
            wiki.update = Some("1.2.0".to_owned());
        }
        let full = Self {
            shell: Shell::sample_busy("Apps", Nav::Apps),
            total: rows.len(),
            rows: Arc::new(rows),
            attention: Arc::new(vec![Attention {
                app: "pad.example.org".to_owned(),
                text: "restarted 14 times in the last hour".to_owned(),
            }]),
            alarms: vec![
                Alarm { repository: 1, name: "<Attic>".to_owned(), damaged: true },
                Alarm { repository: 2, name: "Cellar".to_owned(), damaged: false },
            ],
            live: Some("/apps/events".to_owned()),
            ..empty.clone()
        };
        let nothing_found = Self {
            filter: AppsFilter { q: "<wiki>".to_owned(), state: Some(Status::Failing) },
            rows: Arc::default(),
            shell: Shell::sample("Apps", Nav::Apps),
            attention: Arc::default(),
            ..full.clone()
        };
        let no_right = Self { may_create: false, ..empty.clone() };
        vec![empty, full, nothing_found, no_right]
    }
}
