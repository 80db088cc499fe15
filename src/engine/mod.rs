//! The Swarm, in our own words. Handlers hold [`Inspect`] only; [`Mutate`] is reached through an operation's `Run` alone.
//!
//! `docker.rs` speaks to a real engine; `fake.rs` (feature `testing`) keeps a small Swarm in memory. One contract suite runs both.

#[cfg(feature = "testing")]
pub mod contract;
pub mod docker;
mod exec;
#[cfg(feature = "testing")]
pub mod fake;
pub mod feed;
mod new_secret;
mod registry_auth;

pub use exec::{ExecPiece, ExecWish, Input};
pub use new_secret::NewSecret;
pub use registry_auth::{Credentials, CredentialsError, RegistryAuth};

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use crate::logs::{Nanos, Piece};
use crate::stack::observed::{Config, EngineInfo, Health, Named, Network, Swarm};
use crate::stack::spec::{ConfigSpec, Labels, NetworkSpec, Platform, ServiceSpec};

/// What went wrong between us and the engine.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine can't be reached at all.
    #[error("the Docker engine does not answer: {0}")]
    Unreachable(String),
    #[error("{what} not found")]
    NotFound { what: String },
    /// A name is taken, an object is in use, or an update was based on an old version.
    #[error("{0}")]
    Conflict(String),
    /// The engine refused what we asked; the text is its own.
    #[error("{0}")]
    Refused(String),
    /// The engine answered something that we can't read.
    #[error("the Docker engine gave an answer that can't be read: {0}")]
    Unreadable(String),
}

/// Every call's result.
pub type Result<T> = std::result::Result<T, EngineError>;

/// One line that a task wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The engine's timestamp (RFC 3339, nanoseconds), empty if it gave none.
    pub at: String,
    pub task: String,
    pub stderr: bool,
    pub text: String,
}

/// Which lines of a service's log are wanted.
#[derive(Clone, Debug)]
pub struct LogWish {
    /// The service's id.
    pub service: String,
    /// At most so many of the last lines.
    pub tail: u32,
    /// Go on with new lines until the stream is dropped.
    pub follow: bool,
}

/// Whose lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// All tasks of the service with this id, as their nodes send them; later tasks too while following.
    Service(String),
    /// The task with this id alone, in the order in which it wrote.
    Task(String),
}

/// Which part of a log is wanted.
#[derive(Clone, Debug)]
pub struct LogPart {
    pub source: LogSource,
    /// At most so many of the last lines of each task. `None` is all of them.
    pub tail: Option<u32>,
    /// Lines from this time on.
    pub since: Option<Nanos>,
    /// Go on with new lines until the stream is dropped.
    pub follow: bool,
    /// Bytes of a line that are wanted.
    pub line_limit: usize,
}

/// An object changed on the Swarm; what exactly is read afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `service`, `node`, `secret`, `config`, `network` or `container`.
    pub kind: String,
    pub action: String,
    pub id: String,
}

/// What a registry says of an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolved {
    /// `sha256:…`.
    pub digest: String,
    pub platforms: Vec<Platform>,
}

/// A container on this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    pub id: String,
    pub running: bool,
}

/// How asking a registry ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    Found(Resolved),
    /// The registry, or the engine on its way there, said why not.
    Failed(String),
}

/// Reading. None of these changes anything.
#[async_trait]
pub trait Inspect: Send + Sync {
    async fn info(&self) -> Result<EngineInfo>;
    /// Everything at once; the calls run side by side.
    async fn swarm(&self) -> Result<Swarm>;
    /// Names of the volumes on this node that carry the stack's label.
    async fn volumes(&self, stack: &str) -> Result<Vec<String>>;
    /// The network of that exact name.
    async fn network(&self, name: &str) -> Result<Option<Network>>;
    /// The secret of that exact name, without its bytes.
    async fn secret(&self, name: &str) -> Result<Option<Named>>;
    /// A config with its bytes. `None` if there is no config of that exact name.
    async fn config(&self, name: &str) -> Result<Option<Config>>;
    /// The health log of a container of this node; `None` elsewhere or without a health check.
    async fn health(&self, container: &str) -> Result<Option<Health>>;
    /// Asks the registry for the digest, with credentials if some are given. An error only if the engine is lost.
    async fn resolve_image(&self, image: &str, auth: Option<&RegistryAuth>) -> Result<Lookup>;
    /// Lines of a service, oldest first. With `follow` they come as the nodes send them, at most `tail` old ones of each task first.
    async fn logs(&self, wish: LogWish) -> Result<BoxStream<'static, Result<LogLine>>>;
    /// Part of a log, task by task, with the engine's words about what it can't give. Reads no faster than the stream is read.
    async fn log(&self, part: LogPart) -> Result<BoxStream<'static, Result<Piece>>>;
    /// Changes from now on. The stream ends when the connection is lost.
    async fn events(&self) -> Result<BoxStream<'static, Result<Event>>>;
    /// Containers on this node that carry the stack's label, running or not.
    async fn containers(&self, stack: &str) -> Result<Vec<Container>>;
    /// A running container of the service of this full name on this node, which need not be a manager; `None` if there is none.
    async fn container_of(&self, service: &str) -> Result<Option<String>>;
    /// The labels of the volume of that exact name on this node; `None` if there is none.
    async fn volume_labels(&self, name: &str) -> Result<Option<Labels>>;
}

/// Changing. Only an operation's `Run` hands these out.
#[async_trait]
pub trait Mutate: Send + Sync {
    /// Returns the id. `Conflict` if the name is taken.
    async fn create_network(&self, spec: &NetworkSpec) -> Result<String>;
    async fn remove_network(&self, id: &str) -> Result<()>;
    async fn create_config(&self, spec: &ConfigSpec) -> Result<String>;
    /// The Swarm takes new labels only; other bytes are `Refused`.
    async fn update_config(&self, id: &str, version: u64, spec: &ConfigSpec) -> Result<()>;
    async fn remove_config(&self, id: &str) -> Result<()>;
    async fn create_secret(&self, secret: NewSecret<'_>) -> Result<String>;
    /// The Swarm takes new labels only; other bytes are `Refused`.
    async fn update_secret(&self, id: &str, version: u64, secret: NewSecret<'_>) -> Result<()>;
    async fn remove_secret(&self, id: &str) -> Result<()>;
    /// Returns the id and the engine's warnings. The nodes pull with the credentials.
    async fn create_service(&self, spec: &ServiceSpec, auth: Option<&RegistryAuth>) -> Result<(String, Vec<String>)>;
    /// `version` is the index that the change is based on; `Conflict` if the service moved on. Returns warnings. Without credentials
    /// the nodes keep those that they had.
    async fn update_service(&self, id: &str, version: u64, spec: &ServiceSpec, auth: Option<&RegistryAuth>) -> Result<Vec<String>>;
    async fn remove_service(&self, id: &str) -> Result<()>;
    /// Removes a volume of this node, with all that is in it. `Conflict` while a container holds it.
    async fn remove_volume(&self, name: &str) -> Result<()>;
    /// Removes a container of this node that has ended; one that runs is not touched.
    async fn remove_container(&self, id: &str) -> Result<()>;
    /// Runs a program in a container of this node, without a terminal and without input. It goes on when the stream is dropped.
    async fn exec(&self, container: &str, wish: &ExecWish) -> Result<BoxStream<'static, Result<ExecPiece>>>;
}
