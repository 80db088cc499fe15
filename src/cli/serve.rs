use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use canteen::clock::SystemClock;
use canteen::engine::docker::DockerEngine;
use canteen::engine::feed::Feed;
use canteen::jobs::{self, Jobs};
use canteen::ops::{Handover, Live, Reveals, Runner};
use canteen::settings::Settings;
use canteen::shelf::{self, Shelf};
use canteen::store::{AuditCheck, Store};
use canteen::web::{self, Parts, SetupCode, Site};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// An engine that says nothing for so long does not keep the dashboard from starting.
const FIRST_READING: Duration = Duration::from_secs(10);

/// Opens the database in the data folder, and makes the folder if it is missing.
pub(super) fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    // Settings of apps stand in the database, and nobody else has to read them.
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&settings.data);
    made.with_context(|| format!("the data folder {} can't be made; CANTEEN_DATA names it", settings.data.display()))?;
    Ok(Store::open(&settings.data.join("canteen.db"), Arc::new(SystemClock))?)
}

/// Runs the dashboard until it is told to stop.
pub(super) fn serve(settings: Settings) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log).context("CANTEEN_LOG")?;
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_ansi(false).init();
    shelf::tls::install();
    let listener = TcpListener::bind(settings.listen)
        .with_context(|| format!("{} can't be listened on; CANTEEN_LISTEN names it", settings.listen))?;
    let store = open_store(&settings)?;
    let _only = only_one(&settings)?;
    let shelf = Shelf::open(&settings.data.join("shelf"))?;
    let engine = Arc::new(DockerEngine::connect(&settings.docker_host)?);
    let clock = Arc::clone(store.clock());
    let stop = CancellationToken::new();

    let feed = Feed::new(engine.clone(), clock.clone());
    let setup_code = Arc::new(SetupCode::new(clock));
    let (live, bell) = (Arc::new(Live::default()), Arc::new(Notify::new()));
    let (handover, reveals, checked) = (Arc::new(Handover::default()), Arc::new(Reveals::default()), AuditCheck::default());
    let runner = Arc::new(Runner {
        store: store.clone(),
        shelf: shelf.clone(),
        inspect: engine.clone(),
        mutate: engine.clone(),
        feed: feed.clone(),
        live: live.clone(),
        handover: handover.clone(),
        reveals: reveals.clone(),
        bell: bell.clone(),
        hold_at: settings.hold_at.clone(),
    });
    let jobs = Jobs {
        store: store.clone(),
        shelf: shelf.clone(),
        feed: feed.clone(),
        live: live.clone(),
        catalogue: settings.catalogue.clone(),
        local_recipes: settings.local_recipes.clone(),
        checked: checked.clone(),
    };

    actix_web::rt::System::with_tokio_rt(|| super::runtime().unwrap_or_else(|e| stop_now(&e))).block_on(async move {
        if !store.has_admin().await? {
            setup_code.renew();
        }
        let address = settings.public.origin.clone();
        let parts = Parts {
            settings,
            store: store.clone(),
            shelf,
            inspect: engine,
            feed,
            live,
            handover,
            reveals,
            bell,
            setup_code,
            checked,
            stop: stop.clone(),
        };
        let feed = jobs.feed.clone();
        // Readings go on until the last operation has ended: it could not end without them.
        let stop_reading = CancellationToken::new();
        let running_operations = tokio::spawn(runner.run(stop.clone()));
        let running_jobs = tokio::spawn(jobs::run(jobs, stop.clone(), stop_reading.clone()));
        // Before the first reading a page would show every app as not deployed.
        let _late = tokio::time::timeout(FIRST_READING, feed.first()).await;
        let server = web::build(Site::new(parts), listener)?;
        let handle = server.handle();
        tracing::info!("canteen answers at {address}");
        let running = tokio::spawn(server);

        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        stop.cancel();
        handle.stop(true).await;
        running_operations.await?;
        stop_reading.cancel();
        running_jobs.await?;
        running.await??;
        let (entries, head) = store.audit_head().await?;
        tracing::info!("audit checkpoint: {entries} {head}");
        store.checkpoint().await?;
        Ok(())
    })
}

/// Two dashboards on one data folder would run each operation twice. The lock goes with the process.
fn only_one(settings: &Settings) -> anyhow::Result<std::fs::File> {
    let path = settings.data.join("lock");
    let file = std::fs::File::create(&path).with_context(|| format!("{} can't be made", path.display()))?;
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .with_context(|| format!("another dashboard runs in {}; stop it first", settings.data.display()))?;
    Ok(file)
}

fn stop_now(error: &anyhow::Error) -> ! {
    super::complain(&format!("canteen: the runtime could not be started: {error:#}"));
    std::process::exit(1)
}
