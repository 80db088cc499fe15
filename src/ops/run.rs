//! The witness of a running operation: the only thing through which the Swarm can be changed. Every change is written into the
//! operation's journal before and after it happens.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Millis;
use crate::engine::feed::Feed;
use crate::engine::{EngineError, Inspect, Mutate};
use crate::stack::observed::Swarm;
use crate::stack::spec::{ConfigSpec, Labels, NetworkSpec, ServiceSpec};
use crate::store::operations::Operation;
use crate::store::{Store, StoreError};

use super::ended::OpError;
use super::live::Live;

/// An engine that went away is waited for so long before an operation gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running operation.
pub struct Run {
    pub(super) operation: Operation,
    pub(super) store: Store,
    pub(super) inspect: Arc<dyn Inspect>,
    pub(super) feed: Arc<Feed>,
    live: Arc<Live>,
    mutate: Arc<dyn Mutate>,
    step: Mutex<String>,
    hold_at: Option<String>,
}

impl Run {
    pub(super) fn new(
        operation: Operation,
        store: Store,
        inspect: Arc<dyn Inspect>,
        mutate: Arc<dyn Mutate>,
        feed: Arc<Feed>,
        live: Arc<Live>,
        hold_at: Option<String>,
    ) -> Self {
        Self { operation, store, inspect, feed, live, mutate, step: Mutex::default(), hold_at }
    }

    pub(super) fn now(&self) -> Millis {
        self.store.clock().now()
    }

    /// Begins a step; the one before it is done.
    pub(super) async fn step(&self, name: &str) -> Result<(), OpError> {
        let before = std::mem::replace(&mut *self.step.lock().unwrap_or_else(PoisonError::into_inner), name.to_owned());
        if !before.is_empty() {
            self.line(&before, "end", "").await?;
        }
        self.line(name, "begin", "").await?;
        self.hold(name).await;
        Ok(())
    }

    /// The last step is over, well or badly.
    pub(super) async fn last_step(&self, reached: bool) -> Result<(), OpError> {
        let name = self.present_step();
        self.line(&name, if reached { "end" } else { "fail" }, "").await
    }

    /// Tells what is going on.
    pub(super) async fn note(&self, text: &str) -> Result<(), OpError> {
        self.line(&self.present_step(), "note", text).await
    }

    /// Tells what somebody should look at.
    pub(super) async fn warn(&self, text: &str) -> Result<(), OpError> {
        self.line(&self.present_step(), "warn", text).await
    }

    /// Keeps a line that a service wrote.
    pub(super) async fn log(&self, service: &str, text: &str) -> Result<(), OpError> {
        self.line(service, "log", text).await
    }

    /// Tells how far a service is.
    pub(super) async fn progress(&self, service: &str, text: &str) -> Result<(), OpError> {
        self.line(service, "progress", text).await
    }

    async fn line(&self, step: &str, level: &str, text: &str) -> Result<(), OpError> {
        self.store.write_line(self.operation.id, step, level, text).await?;
        self.live.poke(&format!("op-{}", self.operation.id));
        Ok(())
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
    pub(super) async fn touch(&self) -> Result<(), StoreError> {
        self.store.mark_touched(self.operation.id).await
    }

    pub(super) async fn create_network(&self, spec: &NetworkSpec) -> Result<String, OpError> {
        self.change(&format!("create network {}", spec.name), self.mutate.create_network(spec)).await
    }

    pub(super) async fn remove_network(&self, name: &str, id: &str) -> Result<(), OpError> {
        self.change(&format!("remove network {name}"), self.mutate.remove_network(id)).await
    }

    pub(super) async fn create_config(&self, spec: &ConfigSpec) -> Result<String, OpError> {
        self.change(&format!("create config {}", spec.name), self.mutate.create_config(spec)).await
    }

    pub(super) async fn remove_config(&self, name: &str, id: &str) -> Result<(), OpError> {
        self.change(&format!("remove config {name}"), self.mutate.remove_config(id)).await
    }

    pub(super) async fn create_secret(&self, name: &str, labels: &Labels, data: &[u8]) -> Result<String, OpError> {
        self.change(&format!("create secret {name}"), self.mutate.create_secret(name, labels, data)).await
    }

    /// Returns the id.
    pub(super) async fn create_service(&self, spec: &ServiceSpec) -> Result<String, OpError> {
        let (id, warnings) = self.change(&format!("create service {}", spec.name), self.mutate.create_service(spec)).await?;
        self.warnings(&spec.name, warnings).await?;
        Ok(id)
    }

    pub(super) async fn update_service(&self, id: &str, version: u64, spec: &ServiceSpec) -> Result<(), OpError> {
        let warnings = self.change(&format!("update service {}", spec.name), self.mutate.update_service(id, version, spec)).await?;
        self.warnings(&spec.name, warnings).await
    }

    pub(super) async fn remove_service(&self, name: &str, id: &str) -> Result<(), OpError> {
        self.change(&format!("remove service {name}"), self.mutate.remove_service(id)).await
    }

    async fn change<T>(&self, what: &str, change: impl Future<Output = Result<T, EngineError>>) -> Result<T, OpError> {
        self.hold(&format!("before {what}")).await;
        let done = change.await;
        self.hold(&format!("after {what}")).await;
        match &done {
            Ok(_) => self.note(what).await?,
            Err(error) => self.warn(&format!("{what}: {error}")).await?,
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
        if self.hold_at.as_deref() == Some(point) && self.operation.attempts == 0 {
            tracing::info!(point, "held");
            std::future::pending::<()>().await;
        }
    }
}
