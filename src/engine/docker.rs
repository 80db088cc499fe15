//! A real engine, over its socket.
//!
//! Most reading goes through bollard. Services, tasks and everything that we create go through [`wire`] in our own types: those are
//! spelled as the engine spells them, while bollard's models leave fields out (a health check, the previous spec) that an update
//! would then take away.

mod configs;
mod containers;
mod events;
mod exec;
mod health;
mod images;
mod logs;
mod networks;
mod ourselves;
mod read;
mod refusal;
mod secrets;
mod services;
mod volumes;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::stream::BoxStream;
use tokio::sync::Mutex;

use self::refusal::{of_bollard, unreachable_host};
use self::wire::{Host, Wire};
use super::{
    Container, EngineError, Event, ExecPiece, ExecWish, Inspect, LogLine, LogPart, LogWish, Lookup, Mutate, NewSecret,
    RegistryAuth, Result,
};
use crate::clock::{Clock, SystemClock};
use crate::logs::Piece;
use crate::stack::observed::{Config, EngineInfo, Health, Named, Network, Swarm};
use crate::stack::spec::{ConfigSpec, Labels, NetworkSpec, ServiceSpec};

/// The oldest API that has all that is sent: jobs came with it.
const OLDEST: (usize, usize) = (1, 41);
/// How long the first answer of an engine may take.
const GREETING: Duration = Duration::from_secs(4);
/// How long any other answer may take.
const ANSWER: Duration = Duration::from_mins(1);
/// How long a registry may take.
const REGISTRY: Duration = Duration::from_secs(30);

/// A Docker engine behind a socket. Connects at the first call, and again after the connection was lost.
pub struct DockerEngine {
    host: Host,
    /// The container that we run in.
    container: String,
    /// The client, once the API version is agreed upon.
    greeted: Mutex<Option<Session>>,
}

/// A connection whose API version is known.
#[derive(Clone)]
struct Session {
    docker: Docker,
    wire: Wire,
    /// The version that was agreed upon.
    api: (usize, usize),
}

impl DockerEngine {
    /// Reads an address, `unix:///path` or `tcp://host:port`. Whether an engine listens there shows at the first call.
    pub fn connect(host: &str) -> Result<Self> {
        Ok(Self { host: Host::parse(host)?, container: ourselves::container(), greeted: Mutex::new(None) })
    }

    async fn session(&self) -> Result<Session> {
        let mut greeted = self.greeted.lock().await;
        if let Some(session) = greeted.as_ref() {
            return Ok(session.clone());
        }
        let session = tokio::time::timeout(GREETING, greet(&self.host))
            .await
            .unwrap_or_else(|_| Err(unreachable_host(&self.host, "no answer within four seconds")))?;
        *greeted = Some(session.clone());
        Ok(session)
    }

    /// After a lost connection another engine, of another version, may be there next time.
    async fn seen<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(EngineError::Unreachable(_)) = result {
            *self.greeted.lock().await = None;
        }
        result
    }
}

/// Agrees with the engine on the newest API version that both know.
async fn greet(host: &Host) -> Result<Session> {
    let docker = match host {
        Host::Unix(path) => Docker::connect_with_unix(&path.to_string_lossy(), ANSWER.as_secs(), API_DEFAULT_VERSION),
        Host::Tcp(address) => Docker::connect_with_http(address, ANSWER.as_secs(), API_DEFAULT_VERSION),
    }
    .map_err(|e| of_bollard(&e))?;
    let docker = docker.negotiate_version().await.map_err(|e| of_bollard(&e))?;
    let version = docker.client_version();
    let (major, minor) = (version.major_version, version.minor_version);
    if (major, minor) < OLDEST {
        let (oldest_major, oldest_minor) = OLDEST;
        return Err(EngineError::Refused(format!(
            "the Docker engine at {host} speaks API {major}.{minor}; Canteen needs {oldest_major}.{oldest_minor}, which came with \
             Docker 20.10, or a newer one"
        )));
    }
    let wire = Wire { host: host.clone(), version: format!("v{}.{}", version.major_version, version.minor_version) };
    Ok(Session { docker, wire, api: (major, minor) })
}

/// Runs one call in a session and remembers if the connection was lost.
macro_rules! call {
    ($engine:ident, $session:ident, $call:expr) => {{
        let result = async {
            let $session = $engine.session().await?;
            $call.await
        }
        .await;
        $engine.seen(result).await
    }};
}

#[async_trait]
impl Inspect for DockerEngine {
    async fn info(&self) -> Result<EngineInfo> {
        call!(self, s, read::info(&s))
    }

    async fn swarm(&self) -> Result<Swarm> {
        let at = SystemClock.now();
        let swarm = call!(self, s, read::swarm(&s, at))?;
        Ok(Swarm { container: self.container.clone(), ..swarm })
    }

    async fn volumes(&self, stack: &str) -> Result<Vec<String>> {
        call!(self, s, read::volumes(&s, stack))
    }

    async fn network(&self, name: &str) -> Result<Option<Network>> {
        call!(self, s, networks::find(&s, name))
    }

    async fn secret(&self, name: &str) -> Result<Option<Named>> {
        call!(self, s, secrets::find(&s, name))
    }

    async fn config(&self, name: &str) -> Result<Option<Config>> {
        call!(self, s, configs::find(&s, name))
    }

    async fn health(&self, container: &str) -> Result<Option<Health>> {
        call!(self, s, health::of(&s, container))
    }

    async fn resolve_image(&self, image: &str, auth: Option<&RegistryAuth>) -> Result<Lookup> {
        call!(self, s, images::resolve(&s, image, auth))
    }

    async fn logs(&self, wish: LogWish) -> Result<BoxStream<'static, Result<LogLine>>> {
        call!(self, s, logs::stream(&s, wish))
    }

    async fn log(&self, part: LogPart) -> Result<BoxStream<'static, Result<Piece>>> {
        call!(self, s, logs::pieces(&s, part))
    }

    async fn events(&self) -> Result<BoxStream<'static, Result<Event>>> {
        call!(self, s, events::stream(&s))
    }

    async fn containers(&self, stack: &str) -> Result<Vec<Container>> {
        call!(self, s, containers::list(&s, stack))
    }

    async fn container_of(&self, service: &str) -> Result<Option<String>> {
        call!(self, s, containers::of_service(&s, service))
    }

    async fn volume_labels(&self, name: &str) -> Result<Option<Labels>> {
        call!(self, s, volumes::labels(&s, name))
    }
}

#[async_trait]
impl Mutate for DockerEngine {
    async fn create_network(&self, spec: &NetworkSpec) -> Result<String> {
        call!(self, s, networks::create(&s, spec))
    }

    async fn remove_network(&self, id: &str) -> Result<()> {
        call!(self, s, networks::remove(&s, id))
    }

    async fn create_config(&self, spec: &ConfigSpec) -> Result<String> {
        call!(self, s, configs::create(&s, spec))
    }

    async fn remove_config(&self, id: &str) -> Result<()> {
        call!(self, s, configs::remove(&s, id))
    }

    async fn update_config(&self, id: &str, version: u64, spec: &ConfigSpec) -> Result<()> {
        call!(self, s, configs::update(&s, id, version, spec))
    }

    async fn create_secret(&self, secret: NewSecret<'_>) -> Result<String> {
        call!(self, s, secrets::create(&s, secret))
    }

    async fn update_secret(&self, id: &str, version: u64, secret: NewSecret<'_>) -> Result<()> {
        call!(self, s, secrets::update(&s, id, version, secret))
    }

    async fn remove_secret(&self, id: &str) -> Result<()> {
        call!(self, s, secrets::remove(&s, id))
    }

    async fn create_service(&self, spec: &ServiceSpec, auth: Option<&RegistryAuth>) -> Result<(String, Vec<String>)> {
        call!(self, s, services::create(&s, spec, auth))
    }

    async fn update_service(&self, id: &str, version: u64, spec: &ServiceSpec, auth: Option<&RegistryAuth>) -> Result<Vec<String>> {
        call!(self, s, services::update(&s, id, version, spec, auth))
    }

    async fn remove_service(&self, id: &str) -> Result<()> {
        call!(self, s, services::remove(&s, id))
    }

    async fn remove_volume(&self, name: &str) -> Result<()> {
        call!(self, s, volumes::remove(&s, name))
    }

    async fn remove_container(&self, id: &str) -> Result<()> {
        call!(self, s, containers::remove(&s, id))
    }

    async fn exec(&self, container: &str, wish: &ExecWish) -> Result<BoxStream<'static, Result<ExecPiece>>> {
        call!(self, s, exec::run(&s, container, wish))
    }
}
