//! Backups of an app: what was made, the button for one more, and what it would hold by the labels of what runs.

mod begin;
mod download;
mod found;
mod inside;
mod pin;
mod restoration;
mod rows;
mod runs;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod snapshot;

pub use begin::begin;
pub use download::download;
pub use found::{FoundView, found};
pub use pin::pin;
pub use restoration::{RestorationView, restore, review};
pub use rows::{GapRow, Held, HookRow, VolumeRow};
pub use runs::RunRow;
pub use snapshot::{EntryRow, SnapshotView, snapshot};

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::ViewBackups;
use crate::access::{ActionName, Actor, Grant, Target, policy};
use crate::backup::{Contents, Service};
use crate::envfile::{EnvFile, secret_values};
use crate::stack::names::StackName;
use crate::stack::spec::ServiceSpec;
use crate::store::backups::BackupRun;
use crate::store::repositories::RepositoryState;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::page::{page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// What a backup would hold, and what it would miss.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/backups.html")]
pub struct BackupsView {
    pub shell: Shell,
    pub app: AppHeader,
    /// Repositories that take backups: row and name.
    pub repositories: Vec<(i32, String)>,
    /// The viewer may back it up.
    pub may_begin: bool,
    /// The viewer may put data back.
    pub may_restore: bool,
    /// Why it can't be backed up now, for whoever may; empty if it can.
    pub obstacle: String,
    /// The newest first.
    pub made: Vec<RunRow>,
    pub problems: Problems,
    /// Whether `held` is of what runs; else it is of what a deploy would send.
    pub runs: bool,
    /// Absent where nothing runs and the recipe does not make a stack.
    pub held: Option<Held>,
    /// Why the recipe and the settings do not make a stack.
    pub trouble: Option<String>,
    /// What is so now and would not be after the next deploy.
    pub now: Vec<String>,
    /// What would be so after the next deploy and is not now.
    pub then: Vec<String>,
    /// Where the rules tell the same of the recipe.
    pub rules: String,
}

/// The page.
pub async fn show(may: Grant<ViewBackups>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    page(&view(&facts, &visit, &site, may.actor(), Problems::none()).await?)
}

async fn view(facts: &Facts, visit: &Visit, site: &Site, actor: &Actor, problems: Problems) -> Result<BackupsView, Failure> {
    let newest = facts.revision(site).await?.text;
    let secrets = secrets(facts, site, &newest).await?;
    let rendered = facts.render_plain(site, &facts.app.version, &newest).await?;
    let (planned, trouble) = match rendered {
        Ok((_, rendered)) => (Some(held(&facts.stack, &rendered.desired.services, &secrets)), None),
        Err(why) => (None, Some(sentence(&why.to_string()))),
    };
    let specs: Vec<ServiceSpec> = facts.observed.services.iter().map(|service| service.spec.clone()).collect();
    let running = (!specs.is_empty()).then(|| held(&facts.stack, &specs, &secrets));
    let (now, then) = match (&running, &planned) {
        (Some(running), Some(planned)) => (running.beyond(planned), planned.beyond(running)),
        _ => (Vec::new(), Vec::new()),
    };
    let all = site.store.repositories().await?;
    let active = all.into_iter().filter(|r| r.state == RepositoryState::Active).map(|r| (r.id, r.name));
    let repositories: Vec<(i32, String)> = active.collect();
    let obstacle = begin::obstacle(facts, !repositories.is_empty());
    Ok(BackupsView {
        may_begin: policy::judge(actor.standing(), ActionName::RunBackup, &Target::App(facts.app.name.clone())).is_ok(),
        may_restore: policy::judge(actor.standing(), ActionName::Restore, &Target::App(facts.app.name.clone())).is_ok(),
        repositories,
        obstacle,
        made: runs::rows(site, site.store.backup_runs(facts.app.id, runs::SHOWN).await?),
        problems,
        shell: shell(site, visit, format!("Backups of {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Backups, None),
        runs: running.is_some(),
        held: running.or(planned),
        trouble,
        now,
        then,
        rules: crate::web::recipes::lint::address(&facts.app.recipe, &facts.app.version),
    })
}

/// What made this snapshot of the app, by our own list, or else as a repository tells.
async fn made(site: &Site, facts: &Facts, snapshot: &str) -> Result<BackupRun, Failure> {
    let mut made = match site.store.backup_run(facts.app.id, snapshot).await? {
        Some(made) => return Ok(made),
        None => found::look_up(site, facts, snapshot).await?.ok_or(Failure::NotFound)?,
    };
    made.pinned = site.store.pinned_since(facts.app.id, snapshot).await?;
    Ok(made)
}

fn held(stack: &StackName, specs: &[ServiceSpec], secrets: &[String]) -> Held {
    let services: Vec<Service> = specs.iter().map(|spec| Service::of(stack, spec)).collect();
    Held::of(&Contents::of(&services), secrets)
}

/// Values of the settings that commands of hooks may repeat, and that are not shown: of the newest settings and of the deployed ones.
async fn secrets(facts: &Facts, site: &Site, newest: &str) -> Result<Vec<String>, Failure> {
    let mut texts = vec![newest.to_owned()];
    if let Some(deployed) = site.store.last_converged(facts.app.id).await? {
        let revision = site.store.env_revision(facts.app.id, deployed.env_number).await?;
        texts.extend(revision.map(|revision| revision.text));
    }
    let values = texts.iter().filter_map(|text| EnvFile::parse(text).ok()).flat_map(|env| secret_values(&env));
    Ok(values.collect())
}
