//! Snapshots of an app that are in a repository and not in our own list: made before a new beginning, or by hand with our tags.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use tokio::sync::Semaphore;

use super::runs::{RunRow, row};
use crate::access::Grant;
use crate::access::action::BrowseBackup;
use crate::ops::backup::volume_of;
use crate::ops::repositories::PATIENCE;
use crate::restic::{BackupEngine as _, Kind, Selection, Snapshot, SnapshotId};
use crate::store::backups::BackupRun;
use crate::store::repositories::{KeptRepository, RepositoryState};
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::page::{page, shell};
use crate::web::shell::{Nav, Shell};
use crate::web::visit::Visit;

/// Repositories that are asked at once for what is in no list. Each is a process, and anybody who may look can ask.
static ASKED: Semaphore = Semaphore::const_new(2);

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/found.html")]
pub struct FoundView {
    pub shell: Shell,
    pub app: AppHeader,
    /// The newest first.
    pub rows: Vec<RunRow>,
    /// Repositories that could not be asked, and why.
    pub troubles: Vec<(String, String)>,
}

/// Asks every repository that is in use.
pub async fn found(may: Grant<BrowseBackup>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let known: BTreeSet<String> = site.store.snapshots_of(facts.app.id).await?.into_iter().collect();
    let (mut runs, mut troubles) = (vec![], vec![]);
    for kept in in_use(&site).await? {
        match all(&site, &kept, &facts).await {
            Ok(all) => runs.extend(all.iter().filter(|one| !known.contains(one.id.as_str())).map(|one| run(&kept, one))),
            Err(why) => troubles.push((kept.name, why)),
        }
    }
    runs.sort_by_key(|run| std::cmp::Reverse(run.ended));
    page(&FoundView {
        shell: shell(&site, &visit, format!("Other backups of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Backups, None),
        rows: runs.into_iter().map(|run| row(&site, run)).collect(),
        troubles,
    })
}

/// The snapshot of this id, if it is one of this app in a repository that is in use. What does not answer is passed over.
pub(super) async fn look_up(site: &Site, facts: &Facts, id: &str) -> Result<Option<BackupRun>, Failure> {
    let Some(id) = SnapshotId::new(id) else { return Ok(None) };
    for kept in in_use(site).await? {
        let Ok(engine) = site.repositories.engine(&kept) else { continue };
        let Ok(_turn) = ASKED.acquire().await else { continue };
        let Ok(Ok(Some(found))) = tokio::time::timeout(PATIENCE, engine.snapshot(&id)).await else { continue };
        if is_of(&found, facts) {
            return Ok(Some(run(&kept, &found)));
        }
    }
    Ok(None)
}

async fn in_use(site: &Site) -> Result<Vec<KeptRepository>, Failure> {
    let all = site.store.repositories().await?;
    Ok(all.into_iter().filter(|kept| kept.state == RepositoryState::Active).collect())
}

async fn all(site: &Site, kept: &KeptRepository, facts: &Facts) -> Result<Vec<Snapshot>, String> {
    let engine = site.repositories.engine(kept).map_err(|lost| lost.to_string())?;
    let _turn = ASKED.acquire().await.map_err(|closed| closed.to_string())?;
    let which = Selection { host: None, app: Some(facts.stack.as_str().to_owned()) };
    let late = |_late| format!("it did not answer within {} seconds", PATIENCE.as_secs());
    let all = tokio::time::timeout(PATIENCE, engine.snapshots(&which)).await.map_err(late)?.map_err(|e| e.to_string())?;
    Ok(all.into_iter().filter(|one| is_of(one, facts)).collect())
}

fn is_of(snapshot: &Snapshot, facts: &Facts) -> bool {
    snapshot.tags.as_ref().is_some_and(|tags| tags.app == facts.stack.as_str() && tags.kind != Kind::State)
}

/// As far as the snapshot itself tells.
fn run(kept: &KeptRepository, snapshot: &Snapshot) -> BackupRun {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let tags = snapshot.tags.as_ref();
    let partial = tags.is_some_and(|tags| tags.partial);
    let volumes: BTreeSet<&str> = snapshot.paths.iter().filter_map(volume_of).collect();
    let summary = snapshot.summary.unwrap_or_default();
    BackupRun {
        id: 0,
        operation: 0,
        repository: (kept.id, kept.name.clone()),
        kind: tags.map_or("", |tags| tags.kind.as_str()).to_owned(),
        outcome: if partial { "partial" } else { "succeeded" }.to_owned(),
        cause: String::new(),
        node: String::new(),
        volumes: volumes.into_iter().map(str::to_owned).collect(),
        snapshot: snapshot.id.as_str().to_owned(),
        files: number(summary.files),
        bytes: number(summary.bytes),
        packed: number(summary.packed),
        warnings: 0,
        began: snapshot.time,
        ended: snapshot.time,
        gone: None,
        pinned: None,
    }
}
