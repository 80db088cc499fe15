//! A small Swarm in memory, for tests.
//!
//! It behaves as the contract suite says a Swarm behaves, and nothing in it depends on time: each [`Inspect::swarm`] reading moves
//! every task one step on (pending, preparing, starting, running).

mod exec;
mod inspect;
mod log;
mod mutate;
mod script;
mod seed;
mod service;
mod state;
mod update;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::state::State;
use super::{EngineError, Resolved, Result};
use crate::clock::{SharedClock, TestClock};
use crate::stack::observed::Node;

/// A Swarm of one node that can be told to misbehave. Clones share it.
#[derive(Clone)]
pub struct FakeEngine {
    state: Arc<Mutex<State>>,
    clock: SharedClock,
}

impl Default for FakeEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeEngine {
    /// An empty Swarm whose time stands still.
    pub fn new() -> Self {
        Self::with_clock(TestClock::at(1_700_000_000_000))
    }

    /// An empty Swarm that stamps its objects by `clock`.
    pub fn with_clock(clock: SharedClock) -> Self {
        Self { state: Arc::new(Mutex::new(State::new())), clock }
    }

    /// Tasks with this image are rejected with this error.
    pub fn fail_image(&self, image: &str, error: &str) {
        self.lock().bad_images.insert(image.to_owned(), error.to_owned());
    }

    /// The image can be had again.
    pub fn mend_image(&self, image: &str) {
        self.lock().bad_images.remove(image);
    }

    /// What the registry answers for this image. Every other image has a digest made from its name.
    pub fn image(&self, image: &str, resolved: Option<Resolved>) {
        self.lock().images.insert(image.to_owned(), resolved);
    }

    /// The health check of this service (its full name) fails from now on.
    pub fn unhealthy(&self, service: &str) {
        self.lock().unhealthy.insert(service.to_owned());
    }

    /// The health check of this service succeeds again.
    pub fn healthy(&self, service: &str) {
        self.lock().unhealthy.remove(service);
    }

    /// The next call of the trait's method of this name fails so. Several calls in turn may be set to fail.
    pub fn fail_next(&self, method: &str, error: EngineError) {
        self.lock().failures.entry(method.to_owned()).or_default().push_back(error);
    }

    /// From now on every call is `Unreachable`, and streams end.
    pub fn go_away(&self) {
        self.lock().go_away();
    }

    /// The engine answers again.
    pub fn come_back(&self) {
        self.lock().away = false;
    }

    /// From now on whoever reads runs in the container of this id.
    pub fn runs_in(&self, container: &str) {
        container.clone_into(&mut self.lock().container);
    }

    /// Lets a service (its full name) write a line.
    pub fn log(&self, service: &str, text: &str) {
        let at = self.clock.now();
        self.lock().log(service, text, at);
    }

    /// Adds a node, or replaces the one of that id.
    pub fn node(&self, node: Node) {
        let mut state = self.lock();
        state.nodes.retain(|n| n.id != node.id);
        state.nodes.push(node);
    }

    /// Adds a volume that carries the stack's label.
    pub fn volume(&self, stack: &str, name: &str) {
        self.lock().volumes.insert(name.to_owned(), stack.to_owned());
    }

    /// Adds `stacks` stacks named `app0`, `app1`, … that share `services` services and `tasks` running tasks, each stack with a
    /// network, a secret and a config of its own.
    pub fn seed(&self, stacks: usize, services: usize, tasks: usize) {
        let at = self.clock.now();
        seed::fill(&mut self.lock(), stacks, services, tasks, at);
    }

    /// Moves every task one step on, as a reading does.
    pub fn step(&self) {
        let at = self.clock.now();
        self.lock().step(at);
    }

    /// The successful changes so far, in order: `create_service web_app`, `remove_network web_default`, ….
    pub fn changes(&self) -> Vec<String> {
        self.lock().changes.clone()
    }

    /// Whether the secret of this name holds these bytes. No engine tells this; a test may ask.
    pub fn secret_is(&self, name: &str, data: &[u8]) -> bool {
        self.lock().secret_data.get(name).is_some_and(|bytes| bytes == data)
    }

    /// How many services were sent with credentials for a registry.
    pub fn authorized(&self) -> usize {
        self.lock().authorized
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked while it held the lock has failed already.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a call: refused while the engine is away or where the call was set to fail.
    fn enter(&self, method: &str) -> Result<MutexGuard<'_, State>> {
        let mut state = self.lock();
        if state.away {
            return Err(EngineError::Unreachable("the fake engine is away".to_owned()));
        }
        match state.failures.get_mut(method).and_then(std::collections::VecDeque::pop_front) {
            Some(error) => Err(error),
            None => Ok(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::contract::{self, Bench};
    use crate::engine::{Inspect as _, Mutate as _, NewSecret};
    use crate::stack::spec::{Labels, ServiceSpec};

    #[tokio::test]
    async fn it_does_what_every_engine_does() {
        let fake = FakeEngine::new();
        fake.fail_image("missing:1", "No such image: missing:1");
        let (image, missing_image) = ("app:1", "missing:1");
        let bench = Bench { inspect: &fake, mutate: &fake, image, missing_image, pace: Duration::ZERO, patience: 200 };
        contract::run(bench).await;
    }

    #[tokio::test]
    async fn each_reading_moves_a_task_one_step() {
        let fake = FakeEngine::new();
        let mut spec = ServiceSpec { name: "web".to_owned(), ..ServiceSpec::default() };
        spec.task_template.container_spec.image = "app:1".to_owned();
        fake.create_service(&spec, None).await.unwrap();
        let mut states = Vec::new();
        for _ in 0..5 {
            states.push(fake.swarm().await.unwrap().tasks[0].state.clone());
        }
        assert_eq!(states, ["pending", "preparing", "starting", "running", "running"]);
    }

    #[tokio::test]
    async fn an_engine_that_is_away_answers_nothing_and_ends_its_streams() {
        use futures_util::StreamExt as _;
        let fake = FakeEngine::new();
        let mut events = fake.events().await.unwrap();
        fake.go_away();
        assert!(matches!(fake.swarm().await, Err(EngineError::Unreachable(_))));
        assert!(events.next().await.is_none());
        fake.come_back();
        assert!(fake.swarm().await.is_ok());
    }

    #[tokio::test]
    async fn a_call_fails_once_when_it_was_told_to() {
        let fake = FakeEngine::new();
        fake.fail_next("create_secret", EngineError::Refused("no room".to_owned()));
        let labels = Labels::new();
        assert!(matches!(fake.create_secret(NewSecret::plain("a", &labels, b"1")).await, Err(EngineError::Refused(_))));
        assert!(fake.create_secret(NewSecret::plain("a", &labels, b"1")).await.is_ok());
        assert_eq!(fake.changes(), ["create_secret a"]);
        assert!(fake.secret_is("a", b"1"));
    }

    #[tokio::test]
    async fn a_seeded_swarm_has_what_was_asked_for() {
        let fake = FakeEngine::new();
        fake.seed(100, 300, 1000);
        let swarm = fake.swarm().await.unwrap();
        assert_eq!((swarm.services.len(), swarm.tasks.len(), swarm.networks.len()), (300, 1000, 100));
        assert!(swarm.tasks.iter().all(|t| t.state == "running" && t.current));
    }
}
