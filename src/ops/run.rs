//! The witness of a running operation: the only thing through which the Swarm can be changed. Every change is written into the
//! operation's journal before and after it happens.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::BoxStream;

use crate::clock::{Millis, SharedClock};
use crate::commands::ran::Ran;
use crate::engine::feed::Feed;
use crate::engine::{Credentials, EngineError, ExecPiece, ExecWish, Inspect, Mutate, NewSecret, RegistryAuth};
use crate::stack::observed::{Service, Swarm};
use crate::stack::policy::{Pass, RunnerPass, Tier};
use crate::stack::spec::{ConfigSpec, NetworkSpec, ServiceSpec};

use super::ended::OpError;
use super::journal::{Journal, Level};

/// An engine that went away is waited for so long before an operation gives up.
const PATIENCE: Duration = Duration::from_mins(1);
/// What no node is called.
pub(super) const NOWHERE: &str = "node.id==none";

/// What a program in a container writes, and its exit code.
pub(super) type Pieces = BoxStream<'static, Result<ExecPiece, EngineError>>;

/// A running operation.
pub struct Run {
    pub(super) past: Past,
    pub(super) clock: SharedClock,
    pub(super) inspect: Arc<dyn Inspect>,
    pub(super) feed: Arc<Feed>,
    /// Credentials of registries, sent along where there are some.
    pub(super) credentials: Option<Arc<Credentials>>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) mutate: Arc<dyn Mutate>,
    pub(super) step: Mutex<String>,
    /// What changes were refused with: tried again and again, it is told once.
    pub(super) warned: Mutex<BTreeSet<String>>,
    pub(super) hold_at: Option<String>,
    /// Nobody is trusted further than this, whoever asked. Set only by tests.
    pub(super) at_most: Option<Tier>,
}

/// What happened before: an operation may have been begun, and a restart may have come in between.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Past {
    /// It may have changed the Swarm already.
    pub(super) touched: bool,
    /// How often it was begun before.
    pub(super) attempts: i32,
    /// When it was first begun.
    pub(super) started: Option<Millis>,
}

impl Run {
    /// The same witness for what begins anew within the operation: what was sent before is not its own.
    pub(super) fn anew(&self, past: Past) -> Self {
        Self {
            past,
            clock: Arc::clone(&self.clock),
            inspect: Arc::clone(&self.inspect),
            feed: Arc::clone(&self.feed),
            credentials: self.credentials.clone(),
            journal: Arc::clone(&self.journal),
            mutate: Arc::clone(&self.mutate),
            step: Mutex::default(),
            warned: Mutex::default(),
            hold_at: self.hold_at.clone(),
            at_most: self.at_most,
        }
    }

    pub(super) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Begins a step; the one before it is done.
    pub(super) async fn step(&self, name: &str) -> Result<(), OpError> {
        let before = std::mem::replace(&mut *self.step.lock().unwrap_or_else(PoisonError::into_inner), name.to_owned());
        if !before.is_empty() {
            self.line(&before, Level::End, "").await?;
        }
        self.line(name, Level::Begin, "").await?;
        self.hold(name).await;
        Ok(())
    }

    /// The present step is over, well or badly, and the operation goes on all the same.
    pub(super) async fn close_step(&self, reached: bool) -> Result<(), OpError> {
        let name = std::mem::take(&mut *self.step.lock().unwrap_or_else(PoisonError::into_inner));
        self.line(&name, if reached { Level::End } else { Level::Fail }, "").await
    }

    /// The last step is over, well or badly.
    pub(super) async fn last_step(&self, reached: bool) -> Result<(), OpError> {
        let name = self.present_step();
        if name.is_empty() {
            return Ok(());
        }
        self.line(&name, if reached { Level::End } else { Level::Fail }, "").await
    }

    /// Tells what is going on.
    pub(super) async fn note(&self, text: &str) -> Result<(), OpError> {
        self.line(&self.present_step(), Level::Note, text).await
    }

    /// Tells what somebody should look at.
    pub(super) async fn warn(&self, text: &str) -> Result<(), OpError> {
        self.line(&self.present_step(), Level::Warn, text).await
    }

    /// Keeps a line that a service wrote.
    pub(super) async fn log(&self, service: &str, text: &str) -> Result<(), OpError> {
        self.line(service, Level::Log, text).await
    }

    /// Tells how far a service is.
    pub(super) async fn progress(&self, service: &str, text: &str) -> Result<(), OpError> {
        self.line(service, Level::Progress, text).await
    }

    /// Keeps lines that a command wrote.
    pub(super) async fn output(&self, stderr: bool, lines: &str) -> Result<(), OpError> {
        self.line(&self.present_step(), if stderr { Level::Err } else { Level::Out }, lines).await
    }

    /// Tells how many lines of a command are not kept here.
    pub(super) async fn gap(&self, lines: usize) -> Result<(), OpError> {
        self.line(&self.present_step(), Level::Cut, &lines.to_string()).await
    }

    /// Keeps how a command ended, for the page and for the entry that concludes the operation.
    pub(super) async fn ran(&self, ran: &Ran) -> Result<(), OpError> {
        self.line(&self.present_step(), Level::Ran, &ran.fact().to_string()).await
    }

    async fn line(&self, step: &str, level: Level, text: &str) -> Result<(), OpError> {
        self.journal.line(step, level, text).await
    }

    fn present_step(&self) -> String {
        self.step.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A reading that began after this call. Waits for an engine that went away.
    pub(super) async fn fresh(&self) -> Result<Arc<Swarm>, OpError> {
        let began = tokio::time::Instant::now();
        let mut told = false;
        loop {
            match self.feed.fresh().await {
                Ok(swarm) => {
                    if told {
                        self.note("the Docker engine answers again").await?;
                    }
                    return Ok(swarm);
                }
                Err(error) if began.elapsed() >= PATIENCE => return Err(error.into()),
                Err(error) => {
                    if !told {
                        self.warn(&format!("{error}; waiting for it")).await?;
                        told = true;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Notes durably that changes begin. From now on a restart goes on instead of beginning anew.
    pub(super) async fn touch(&self) -> Result<(), OpError> {
        self.journal.touch().await
    }

    pub(super) async fn create_network(&self, pass: &Pass, spec: &NetworkSpec) -> Result<String, OpError> {
        pass.network(spec)?;
        self.change(&format!("create network {}", spec.name), self.mutate.create_network(spec)).await
    }

    pub(super) async fn remove_network(&self, name: &str, id: &str) -> Result<(), OpError> {
        self.change(&format!("remove network {name}"), self.mutate.remove_network(id)).await
    }

    pub(super) async fn create_config(&self, pass: &Pass, spec: &ConfigSpec) -> Result<String, OpError> {
        pass.config(spec)?;
        self.change(&format!("create config {}", spec.name), self.mutate.create_config(spec)).await
    }

    pub(super) async fn remove_config(&self, name: &str, id: &str) -> Result<(), OpError> {
        self.change(&format!("remove config {name}"), self.mutate.remove_config(id)).await
    }

    pub(super) async fn update_config(&self, pass: &Pass, id: &str, version: u64, spec: &ConfigSpec) -> Result<(), OpError> {
        pass.config(spec)?;
        self.change(&format!("update config {}", spec.name), self.mutate.update_config(id, version, spec)).await
    }

    pub(super) async fn create_secret(&self, secret: NewSecret<'_>) -> Result<String, OpError> {
        self.change(&format!("create secret {}", secret.name), self.mutate.create_secret(secret)).await
    }

    pub(super) async fn update_secret(&self, id: &str, version: u64, secret: NewSecret<'_>) -> Result<(), OpError> {
        self.change(&format!("update secret {}", secret.name), self.mutate.update_secret(id, version, secret)).await
    }

    pub(super) async fn remove_secret(&self, name: &str, id: &str) -> Result<(), OpError> {
        self.change(&format!("remove secret {name}"), self.mutate.remove_secret(id)).await
    }

    /// Removes a volume of this node, with all that is in it.
    pub(super) async fn remove_volume(&self, name: &str) -> Result<(), OpError> {
        self.change(&format!("remove volume {name}"), self.mutate.remove_volume(name)).await
    }

    /// Removes a container of this node that has ended.
    pub(super) async fn remove_container(&self, id: &str) -> Result<(), OpError> {
        self.change(&format!("remove container {id}"), self.mutate.remove_container(id)).await
    }

    /// Runs a program in a container of this node. `what` names it for people.
    pub(super) async fn exec(&self, what: &str, container: &str, wish: &ExecWish) -> Result<Pieces, OpError> {
        self.change(&format!("run {what}"), self.mutate.exec(container, wish)).await
    }

    /// Returns the id.
    pub(super) async fn create_service(&self, pass: &Pass, spec: &ServiceSpec) -> Result<String, OpError> {
        pass.service(spec)?;
        let auth = self.auth(spec);
        let made = self.mutate.create_service(spec, auth.as_ref());
        let (id, warnings) = self.change(&format!("create service {}", spec.name), made).await?;
        self.warnings(&spec.name, warnings).await?;
        Ok(id)
    }

    /// Returns the id.
    pub(super) async fn create_runner(&self, pass: &RunnerPass) -> Result<String, OpError> {
        let auth = self.auth(pass.spec());
        let made = self.mutate.create_service(pass.spec(), auth.as_ref());
        let (id, warnings) = self.change(&format!("create service {}", pass.spec().name), made).await?;
        self.warnings(&pass.spec().name, warnings).await?;
        Ok(id)
    }

    pub(super) async fn update_service(&self, pass: &Pass, id: &str, version: u64, spec: &ServiceSpec) -> Result<(), OpError> {
        pass.service(spec)?;
        self.send_update(id, version, spec).await
    }

    /// Sends a service to no node at all, which ends its tasks. It asks for nothing that runs then, so it needs no pass.
    pub(super) async fn send_nowhere(&self, service: &Service) -> Result<(), OpError> {
        let mut spec = service.spec.clone();
        spec.task_template.placement.constraints.push(NOWHERE.to_owned());
        self.send_update(&service.id, service.version, &spec).await
    }

    /// Ends the tasks of a service until it is started again: it has none, or no node takes one. It asks for nothing that runs then, so it
    /// needs no pass.
    pub(super) async fn stop_service(&self, service: &Service) -> Result<(), OpError> {
        let mut spec = service.spec.clone();
        match &mut spec.mode.replicated {
            Some(replicated) => replicated.replicas = Some(0),
            None if spec.task_template.placement.constraints.iter().any(|one| one == NOWHERE) => return Ok(()),
            None => spec.task_template.placement.constraints.push(NOWHERE.to_owned()),
        }
        self.send_update(&service.id, service.version, &spec).await
    }

    /// Keeps what is stopped and how many tasks it had, durably, so that it can be started whatever becomes of the dashboard.
    pub(super) async fn stopped(&self, noted: &str) -> Result<(), OpError> {
        self.line(&self.present_step(), Level::Stopped, noted).await
    }

    async fn send_update(&self, id: &str, version: u64, spec: &ServiceSpec) -> Result<(), OpError> {
        let auth = self.auth(spec);
        let updated = self.mutate.update_service(id, version, spec, auth.as_ref());
        let warnings = self.change(&format!("update service {}", spec.name), updated).await?;
        self.warnings(&spec.name, warnings).await
    }

    pub(super) async fn remove_service(&self, name: &str, id: &str) -> Result<(), OpError> {
        self.change(&format!("remove service {name}"), self.mutate.remove_service(id)).await
    }

    fn auth(&self, spec: &ServiceSpec) -> Option<RegistryAuth> {
        self.credentials.as_ref().map(|c| c.for_image(&spec.task_template.container_spec.image))
    }

    async fn change<T>(&self, what: &str, change: impl Future<Output = Result<T, EngineError>>) -> Result<T, OpError> {
        self.hold(&format!("before {what}")).await;
        let done = change.await;
        self.hold(&format!("after {what}")).await;
        match &done {
            Ok(_) => self.line(&self.present_step(), Level::Change, what).await?,
            // What is gone already was to be removed, or is looked for again.
            Err(EngineError::NotFound { .. }) => {}
            // Whoever asked for it says it with the remedy.
            Err(EngineError::Refused(why)) if why.contains("only updates to Labels are allowed") => {}
            Err(error) => {
                let text = format!("{what}: {error}");
                let new = self.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone());
                if new {
                    self.warn(&text).await?;
                }
            }
        }
        Ok(done?)
    }

    async fn warnings(&self, service: &str, warnings: Vec<String>) -> Result<(), OpError> {
        for warning in warnings {
            self.warn(&format!("{service}: {warning}")).await?;
        }
        Ok(())
    }

    /// A place where a test may kill the process. Outside of tests nothing is ever held.
    async fn hold(&self, point: &str) {
        if self.hold_at.as_deref() == Some(point) && self.past.attempts == 0 {
            tracing::info!(point, "held");
            std::future::pending::<()>().await;
        }
    }
}
