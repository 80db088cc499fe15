//! The rows of the list of apps, worked out once for what the Swarm and the database hold, and shared by everybody who looks.

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Millis;
use crate::recipe::RecipeVersion;
use crate::stack::health::AppHealth;
use crate::stack::observed::Swarm;
use crate::store::overview::{AppLine, Overview};
use crate::store::seen::Seen;
use crate::web::Site;
use crate::web::apps::facts::status;
use crate::web::apps::index::{AppRow, Attention};
use crate::web::page::moment;
use crate::web::status::Status;

/// Rows tell ages, so they are made anew after so many milliseconds.
const FRESH_MS: Millis = 10_000;

/// The rows that were made last.
#[derive(Default)]
pub struct Listing(Mutex<Option<Kept>>);

struct Kept {
    swarm: Arc<Swarm>,
    overview: Arc<Overview>,
    /// Which span of [`FRESH_MS`] since 1970.
    span: Millis,
    listed: Listed,
}

/// All apps, before any filter.
#[derive(Clone)]
pub(super) struct Listed {
    pub(super) rows: Arc<Vec<AppRow>>,
    pub(super) attention: Arc<Vec<Attention>>,
}

impl Listed {
    /// What somebody may see of it.
    pub(super) fn seen(self, seen: &Seen<'_>) -> Self {
        if self.rows.iter().all(|row| seen.has(&row.name)) {
            return self;
        }
        let rows = self.rows.iter().filter(|row| seen.has(&row.name)).cloned().collect();
        let attention = self.attention.iter().filter(|one| seen.has(&one.app)).cloned().collect();
        Self { rows: Arc::new(rows), attention: Arc::new(attention) }
    }
}

impl Listing {
    /// The rows for this reading of the Swarm and this overview.
    pub(super) fn of(&self, swarm: &Arc<Swarm>, overview: &Arc<Overview>, site: &Site) -> Listed {
        let span = site.store.clock().now() / FRESH_MS;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.as_ref() {
            Some(k) if k.span == span && Arc::ptr_eq(&k.swarm, swarm) && Arc::ptr_eq(&k.overview, overview) => k.listed.clone(),
            _ => {
                let listed = list(swarm, overview, site);
                let (swarm, overview) = (Arc::clone(swarm), Arc::clone(overview));
                *kept = Some(Kept { swarm, overview, span, listed: listed.clone() });
                listed
            }
        }
    }
}

fn list(swarm: &Arc<Swarm>, overview: &Overview, site: &Site) -> Listed {
    let summaries = site.summaries.of(swarm);
    let (mut rows, mut attention) = (vec![], vec![]);
    for app in &overview.apps {
        let health = summaries.get(&app.stack);
        let row = row(app, health, swarm, site);
        if row.state == Status::Failing {
            let text = health.map(|h| h.sentence.clone()).unwrap_or_default();
            attention.push(Attention { app: row.name.clone(), text });
        }
        rows.push(row);
    }
    Listed { rows: Arc::new(rows), attention: Arc::new(attention) }
}

fn row(app: &AppLine, health: Option<&AppHealth>, swarm: &Swarm, site: &Site) -> AppRow {
    let (state, tasks) = match health {
        None => (if swarm.at == 0 { Status::Unknown } else { Status::NotDeployed }, String::new()),
        Some(health) => {
            let (running, wanted) = health.services.iter().fold((0, 0), |(r, w), s| (r + s.running, w + s.wanted));
            (status(health.state), format!("{running}/{wanted}"))
        }
    };
    AppRow {
        name: app.name.clone(),
        recipe: app.recipe.clone(),
        version: app.version.clone(),
        state,
        tasks,
        update: newer(&app.newest, &app.version).then(|| app.newest.clone()),
        last_change: app.changed_at.map(|at| moment(site, at)),
        changed_by: app.changed_by.clone(),
    }
}

fn newer(newest: &str, present: &str) -> bool {
    match (RecipeVersion::parse(newest), RecipeVersion::parse(present)) {
        (Some(newest), Some(present)) => newest > present,
        _ => false,
    }
}
