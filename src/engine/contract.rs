//! What every engine must do, the Swarm in memory as well as a real one. The floors above rely on nothing else.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what is not there fails the suite")]

mod cases;
mod execs;
mod objects;
mod services;
mod streams;
mod updates;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};

use super::{Inspect, Mutate};
use crate::stack::observed::{NAMESPACE_LABEL, Service, Swarm, Task};
use crate::stack::spec::{
    Healthcheck, Labels, NetworkAttachment, NetworkSpec, Replicated, RestartPolicy, ServiceMode, ServiceSpec,
};

/// An engine to be examined.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    pub inspect: &'a dyn Inspect,
    pub mutate: &'a dyn Mutate,
    /// An image with a shell at `/bin/sh` and `sleep`.
    pub image: &'a str,
    /// An image that the same registry doesn't have.
    pub missing_image: &'a str,
    /// Between two readings while something is awaited.
    pub pace: Duration,
    /// So many readings, then what is awaited will not come.
    pub patience: u32,
}

/// One behaviour. It panics where the engine does something else.
type Case = for<'a> fn(Bench<'a>, &'static str) -> BoxFuture<'a, ()>;

/// Examines the engine, all behaviours side by side. Each uses its own stack and leaves it behind.
///
/// Panics with the names of those that failed.
pub async fn run(bench: Bench<'_>) {
    let examine = cases::ALL.iter().map(|(name, case)| async move {
        let failed = AssertUnwindSafe(case(bench, name)).catch_unwind().await.is_err();
        failed.then_some(*name)
    });
    let failed: Vec<&str> = join_all(examine).await.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{} of {} behaviours failed: {failed:?}", failed.len(), cases::ALL.len());
}

impl Bench<'_> {
    /// Reads until `look` finds what it looks for.
    async fn until<T>(&self, what: &str, mut look: impl FnMut(&Swarm) -> Option<T>) -> T {
        let mut last = Swarm::default();
        for _ in 0..self.patience {
            last = self.inspect.swarm().await.expect("a reading");
            if let Some(found) = look(&last) {
                return found;
            }
            tokio::time::sleep(self.pace).await;
        }
        panic!("{what} did not come; tasks: {:#?}", last.tasks);
    }

    async fn swarm(&self) -> Swarm {
        self.inspect.swarm().await.expect("a reading")
    }

    async fn create(&self, spec: &ServiceSpec) -> String {
        self.mutate.create_service(spec, None).await.expect("the service is made").0
    }

    async fn service(&self, id: &str) -> Service {
        self.swarm().await.services.into_iter().find(|s| s.id == id).expect("the service is listed")
    }

    /// Waits until the service has exactly so many running tasks of its present spec.
    async fn running(&self, service: &str, count: usize) -> Vec<Task> {
        self.until("running tasks", |swarm| {
            let run = |t: &&Task| t.service == service && t.current && t.state == "running" && t.desired == "running";
            let found: Vec<Task> = swarm.tasks.iter().filter(run).cloned().collect();
            (found.len() == count).then_some(found)
        })
        .await
    }

    /// Waits until a task of the service satisfies `look`.
    async fn task(&self, service: &str, what: &str, look: impl Fn(&Task) -> bool) -> Task {
        self.until(what, |swarm| swarm.tasks.iter().find(|t| t.service == service && look(t)).cloned()).await
    }

    /// One task that sleeps, after the words of `script`.
    fn sleeper(&self, stack: &str, script: &str) -> ServiceSpec {
        self.shell(stack, &format!("{script}; exec sleep 1000"))
    }

    fn shell(&self, stack: &str, script: &str) -> ServiceSpec {
        let mut spec = ServiceSpec { name: format!("{stack}_app"), labels: labels(stack), ..ServiceSpec::default() };
        spec.mode = replicas(1);
        let container = &mut spec.task_template.container_spec;
        self.image.clone_into(&mut container.image);
        container.labels = labels(stack);
        container.command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        "SIGKILL".clone_into(&mut container.stop_signal);
        spec.task_template.restart_policy =
            Some(RestartPolicy { condition: "any".to_owned(), delay: Some(200_000_000), ..RestartPolicy::default() });
        spec
    }

    async fn network(&self, stack: &str) -> String {
        self.mutate.create_network(&overlay(stack)).await.expect("the network is made")
    }
}

fn labels(stack: &str) -> Labels {
    Labels::from([(NAMESPACE_LABEL.to_owned(), stack.to_owned())])
}

fn replicas(count: u64) -> ServiceMode {
    ServiceMode { replicated: Some(Replicated { replicas: Some(count) }), ..ServiceMode::default() }
}

fn overlay(stack: &str) -> NetworkSpec {
    NetworkSpec { name: format!("{stack}_default"), driver: "overlay".to_owned(), labels: labels(stack), ..NetworkSpec::default() }
}

fn attach(spec: &mut ServiceSpec, network: &str) {
    let aliases = vec!["app".to_owned()];
    spec.task_template.networks = vec![NetworkAttachment { target: network.to_owned(), aliases, ..NetworkAttachment::default() }];
    // No virtual address: not every kernel can route one.
    "dnsrr".clone_into(&mut spec.endpoint_spec.mode);
}

/// A check that runs twice a second.
fn check(script: &str) -> Healthcheck {
    let test = vec!["CMD-SHELL".to_owned(), script.to_owned()];
    Healthcheck { test, interval: 500_000_000, timeout: 5_000_000_000, retries: 2, ..Healthcheck::default() }
}
