use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;

use anyhow::Context as _;
use canteen::clock::SystemClock;
use canteen::dashboard::{Dashboard, Given, credentials, data_key};
use canteen::engine::docker::DockerEngine;
use canteen::engine::feed::Rhythm;
use canteen::key_file::FOLDER;
use canteen::ops::GRACE;
use canteen::passwords::Passwords;
use canteen::settings::Settings;
use canteen::shelf::{self, Shelf};
use canteen::store::Store;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

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
    let stop = CancellationToken::new();
    let address = settings.public.origin.clone();
    let credentials = credentials(&settings).context("CANTEEN_REGISTRIES")?;
    let key = super::runtime()?.block_on(data_key(&settings, &store))?;
    let passwords = Passwords::of(&settings.data.join(FOLDER))?;
    let given = Given {
        settings,
        store: store.clone(),
        shelf,
        engine,
        credentials,
        key,
        passwords,
        rhythm: Rhythm::default(),
        grace: GRACE,
        stop: stop.clone(),
    };
    let dashboard = Dashboard::new(given);

    actix_web::rt::System::with_tokio_rt(|| super::runtime().unwrap_or_else(|e| stop_now(&e))).block_on(async move {
        if !store.has_admin().await? {
            dashboard.parts.setup_code.renew();
        }
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping");
            stop.cancel();
        });
        dashboard.run(listener, || tracing::info!("canteen answers at {address}")).await?;
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
