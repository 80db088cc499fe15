//! The whole dashboard, put together in one place: what `canteen serve` runs and what the tests run is the same.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::engine::feed::{Apps, Feed, Rhythm};
use crate::engine::{Credentials, CredentialsError, Inspect, Mutate};
use crate::jobs::{self, Jobs};
use crate::key_file::{self, KeyError};
use crate::keys::DataKey;
use crate::mail::Post;
use crate::ops::backup::Backups;
use crate::ops::claims::Claims;
use crate::ops::release::Release;
use crate::ops::repositories::Repositories;
use crate::ops::updates::Watch;
use crate::ops::{Handover, Live, Reveals, Runner};
use crate::passwords::Passwords;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::site_key::SiteKey;
use crate::store::{AuditCheck, Store, StoreError};
use crate::web::{self, Parts, SetupCode, Site};

/// An engine that says nothing for so long does not keep the dashboard from starting.
const FIRST_READING: Duration = Duration::from_secs(10);

/// The folder in the data folder where restic writes what it needs for a moment.
const SCRATCH: &str = "scratch";

/// What one dashboard has of its own.
pub struct Given<E> {
    pub settings: Settings,
    pub store: Store,
    pub shelf: Shelf,
    pub engine: Arc<E>,
    /// Credentials of registries, if there are some.
    pub credentials: Option<Arc<Credentials>>,
    /// What small secrets in the database are encrypted with.
    pub key: DataKey,
    pub passwords: Passwords,
    pub rhythm: Rhythm,
    /// A stop waits so long for operations.
    pub grace: Duration,
    /// Ends the dashboard.
    pub stop: CancellationToken,
}

/// A dashboard that does not run yet.
pub struct Dashboard {
    /// What its pages reach.
    pub parts: Parts,
    runner: Runner,
    jobs: Jobs,
}

impl Dashboard {
    /// Puts the floors together. Nothing runs yet, and nothing is read or written.
    pub fn new<E: Inspect + Mutate + 'static>(given: Given<E>) -> Self {
        let Given { settings, store, shelf, engine, credentials, key, passwords, rhythm, grace, stop } = given;
        store.keep_free(settings.keep_free);
        let clock = Arc::clone(store.clock());
        let feed = Feed::new(engine.clone(), clock.clone(), rhythm);
        feed.knows(apps(Arc::new(Claims::new(store.clone()))));
        let (live, bell) = (Arc::new(Live::default()), Arc::new(Notify::new()));
        let (handover, reveals, checked) = (Arc::new(Handover::default()), Arc::new(Reveals::default()), AuditCheck::default());
        let repositories = repositories(&settings, key.clone());
        let backups = Backups {
            repositories: repositories.clone(),
            image: settings.runner_image.clone(),
            socket: settings.runner_socket.clone(),
            host: settings.public.host.clone(),
        };
        let runner = Runner {
            backups,
            store: store.clone(),
            shelf: shelf.clone(),
            inspect: engine.clone(),
            mutate: engine.clone(),
            feed: feed.clone(),
            live: live.clone(),
            handover: handover.clone(),
            reveals: reveals.clone(),
            bell: bell.clone(),
            credentials,
            hold_at: settings.hold_at.clone(),
            at_most: None,
            grace,
        };
        let updates = Watch {
            store: store.clone(),
            shelf: shelf.clone(),
            feed: feed.clone(),
            live: live.clone(),
            bell: bell.clone(),
            deploy_timeout_s: settings.deploy_timeout_s,
        };
        let release = Release {
            store: store.clone(),
            inspect: engine.clone(),
            feed: feed.clone(),
            live: live.clone(),
            handover: handover.clone(),
            bell: bell.clone(),
        };
        let site_key = SiteKey::of(&settings.data);
        let post = Post::new(&settings.data, &settings.public.origin, &settings.public.host, site_key.clone(), key.clone());
        let jobs = Jobs {
            data: settings.data.clone(),
            repositories: repositories.clone(),
            post: post.clone(),
            store: store.clone(),
            shelf: shelf.clone(),
            feed: feed.clone(),
            live: live.clone(),
            catalogue: settings.catalogue.clone(),
            local_recipes: settings.local_recipes.clone(),
            checked: checked.clone(),
            updates,
            release: release.clone(),
            bell: bell.clone(),
            up_since: clock.now(),
        };
        let setup_code = Arc::new(SetupCode::new(clock));
        let inspect = engine;
        let parts = Parts {
            settings,
            store,
            shelf,
            inspect,
            feed,
            live,
            handover,
            reveals,
            bell,
            release,
            repositories,
            setup_code,
            site_key,
            post,
            checked,
            key,
            passwords,
            stop,
        };
        Self { parts, runner, jobs }
    }

    /// Runs it until it is told to stop: pages, operations and jobs. Calls `ready` when pages are answered.
    ///
    /// # Errors
    /// The server can't be started, or fails.
    pub async fn run(self, listener: TcpListener, ready: impl FnOnce()) -> std::io::Result<()> {
        let Self { parts, runner, jobs } = self;
        let (feed, stop) = (Arc::clone(&parts.feed), parts.stop.clone());
        // Readings go on until the last operation has ended: it could not end without them.
        let stop_reading = CancellationToken::new();
        let operations = tokio::spawn(Arc::new(runner).run(stop.clone()));
        let by_itself = tokio::spawn(jobs::run(jobs, stop.clone(), stop_reading.clone()));
        // Before the first reading a page would show every app as not deployed.
        let _late = tokio::time::timeout(FIRST_READING, feed.first()).await;
        let server = web::build(Site::new(parts), listener)?;
        let handle = server.handle();
        let pages = tokio::spawn(server);
        ready();
        stop.cancelled().await;
        handle.stop(true).await;
        operations.await?;
        stop_reading.cancel();
        by_itself.await?;
        pages.await?
    }
}

/// The apps for every reading of the Swarm: what is not deployed has names and addresses too.
fn apps(claims: Arc<Claims>) -> Apps {
    Box::new(move || {
        let claims = Arc::clone(&claims);
        Box::pin(async move {
            let found = claims.all().await;
            found.inspect_err(|error| tracing::error!(%error, "the apps can't be read")).ok()
        })
    })
}

/// What the settings say of registries. A helper that the file names is not run, and the log says so.
pub fn credentials(settings: &Settings) -> Result<Option<Arc<Credentials>>, CredentialsError> {
    let text = settings.registries.expose();
    if text.is_empty() {
        return Ok(None);
    }
    let credentials = Credentials::parse(text)?;
    for notice in &credentials.notices {
        tracing::warn!("CANTEEN_REGISTRIES: {notice}");
    }
    Ok(Some(Arc::new(credentials)))
}

/// The data key can't be used, so the dashboard does not start: whoever has a second factor could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum DataKeyError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(
        "second factors of members are encrypted with a key that {} does not hold (any more); put the folder back from a backup, \
         or take the second factors from each member who has some: canteen member reset-factors NAME", .0.display()
    )]
    Lost(PathBuf),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What opens the repositories of backups.
pub fn repositories(settings: &Settings, key: DataKey) -> Repositories {
    Repositories::new(key, settings.restic.clone(), settings.data.join(SCRATCH))
}

/// The data key in the folder `keys`, made where nothing needs another one.
pub async fn data_key(settings: &Settings, store: &Store) -> Result<DataKey, DataKeyError> {
    let folder = settings.data.join(key_file::FOLDER);
    let (key, used) = (DataKey::open(&folder)?, store.key_ids().await?);
    match key {
        Some(key) if used.iter().all(|id| *id == key.id()) => Ok(key),
        None if used.is_empty() => Ok(DataKey::make(&folder)?),
        Some(_) | None => Err(DataKeyError::Lost(folder)),
    }
}
