//! Reading the Swarm in memory.

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use sha2::{Digest as _, Sha256};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::FakeEngine;
use crate::engine::{Container, EngineError, Event, Inspect, LogLine, LogPart, LogWish, Lookup, RegistryAuth, Resolved, Result};
use crate::logs::Piece;
use crate::stack::observed::{Config, EngineInfo, Health, NAMESPACE_LABEL, Named, Network, Swarm};
use crate::stack::spec::{Labels, Platform};

#[async_trait]
impl Inspect for FakeEngine {
    async fn info(&self) -> Result<EngineInfo> {
        let state = self.enter("info")?;
        Ok(EngineInfo {
            version: "20.10.24".to_owned(),
            api_version: "1.41".to_owned(),
            swarm_state: "active".to_owned(),
            is_manager: true,
            node_id: state.nodes.first().map(|n| n.id.clone()).unwrap_or_default(),
            swarm_id: "swarm1".to_owned(),
            data_root: "/var/lib/docker".to_owned(),
            warnings: Vec::new(),
        })
    }

    async fn swarm(&self) -> Result<Swarm> {
        let at = self.clock.now();
        let mut state = self.enter("swarm")?;
        state.step(at);
        let tasks = state.services.values().flat_map(|s| &s.tasks).chain(&state.orphans).map(|t| t.task.clone());
        Ok(Swarm {
            at,
            nodes: state.nodes.clone(),
            services: state.services.values().map(|s| s.service.clone()).collect(),
            tasks: tasks.collect(),
            networks: state.networks.values().cloned().collect(),
            secrets: state.secrets.values().cloned().collect(),
            configs: state.configs.values().cloned().collect(),
            container: state.container.clone(),
            ..Swarm::default()
        })
    }

    async fn volumes(&self, stack: &str) -> Result<Vec<String>> {
        let state = self.enter("volumes")?;
        Ok(state.volumes.iter().filter(|(_, owner)| *owner == stack).map(|(name, _)| name.clone()).collect())
    }

    async fn network(&self, name: &str) -> Result<Option<Network>> {
        let state = self.enter("network")?;
        Ok(state.networks.values().find(|n| n.name == name).cloned())
    }

    async fn secret(&self, name: &str) -> Result<Option<Named>> {
        let state = self.enter("secret")?;
        Ok(state.secrets.values().find(|s| s.name == name).cloned())
    }

    async fn config(&self, name: &str) -> Result<Option<Config>> {
        let state = self.enter("config")?;
        Ok(state.configs.values().find(|c| c.name == name).cloned())
    }

    async fn health(&self, container: &str) -> Result<Option<Health>> {
        let state = self.enter("health")?;
        let found = state
            .services
            .values()
            .find_map(|s| s.tasks.iter().find(|t| t.task.container.as_deref() == Some(container)).map(|task| (s, task)));
        let Some((service, task)) = found.filter(|(_, task)| task.ran.container_spec.healthcheck.is_some()) else {
            return Ok(None);
        };
        let sick = state.unhealthy.contains(&service.service.spec.name);
        let (status, failing_streak, last) = match (sick, task.task.state.as_str()) {
            (true, _) => ("unhealthy", 3, Some((1, "the check failed".to_owned()))),
            (false, "starting") => ("starting", 0, None),
            (false, _) => ("healthy", 0, Some((0, String::new()))),
        };
        Ok(Some(Health { status: status.to_owned(), failing_streak, last }))
    }

    async fn resolve_image(&self, image: &str, _auth: Option<&RegistryAuth>) -> Result<Lookup> {
        let state = self.enter("resolve_image")?;
        let unknown = || Lookup::Failed("the registry has no such image (manifest unknown)".to_owned());
        if let Some(told) = state.images.get(image) {
            return Ok(told.clone().map_or_else(unknown, Lookup::Found));
        }
        if state.bad_images.contains_key(image) {
            return Ok(unknown());
        }
        let digest = Sha256::digest(image).iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"));
        Ok(Lookup::Found(Resolved {
            digest,
            platforms: vec![Platform { architecture: "amd64".to_owned(), os: "linux".to_owned() }],
        }))
    }

    async fn logs(&self, wish: LogWish) -> Result<BoxStream<'static, Result<LogLine>>> {
        let state = self.enter("logs")?;
        let missing = || EngineError::NotFound { what: format!("service {}", wish.service) };
        let service = state.services.get(&wish.service).ok_or_else(missing)?;
        let surplus = service.lines.len().saturating_sub(wish.tail as usize);
        let written = stream::iter(service.lines.iter().skip(surplus).cloned().map(Ok).collect::<Vec<_>>());
        if !wish.follow {
            return Ok(written.boxed());
        }
        let id = wish.service.clone();
        let coming = hear(state.lines.subscribe())
            .filter_map(move |(service, line)| std::future::ready((service == id).then_some(Ok(line))));
        Ok(written.chain(coming).boxed())
    }

    async fn log(&self, part: LogPart) -> Result<BoxStream<'static, Result<Piece>>> {
        self.log_stream(&part)
    }

    async fn events(&self) -> Result<BoxStream<'static, Result<Event>>> {
        let state = self.enter("events")?;
        Ok(hear(state.events.subscribe()).map(Ok).boxed())
    }

    async fn containers(&self, stack: &str) -> Result<Vec<Container>> {
        let state = self.enter("containers")?;
        let here = state.nodes.first().map(|n| n.id.clone()).unwrap_or_default();
        let of_stack = |labels: &Labels| labels.get(NAMESPACE_LABEL).is_some_and(|s| s == stack);
        let tasks = state.services.values().flat_map(|s| &s.tasks).chain(&state.orphans);
        Ok(tasks
            .filter(|t| t.task.node == here && of_stack(&t.ran.container_spec.labels))
            .filter_map(|t| Some(Container { id: t.task.container.clone()?, running: !t.ended() }))
            .collect())
    }

    async fn container_of(&self, service: &str) -> Result<Option<String>> {
        let state = self.enter("container_of")?;
        let here = state.nodes.first().map(|n| n.id.clone()).unwrap_or_default();
        let tasks = state.services.values().filter(|s| s.service.spec.name == service).flat_map(|s| &s.tasks);
        let mut running = tasks.filter(|t| t.task.node == here && t.task.state == "running");
        Ok(running.find_map(|t| t.task.container.clone()))
    }

    async fn volume_labels(&self, name: &str) -> Result<Option<Labels>> {
        let state = self.enter("volume_labels")?;
        Ok(state.volumes.get(name).map(|owner| Labels::from([(NAMESPACE_LABEL.to_owned(), owner.clone())])))
    }
}

/// What is sent from now on. Whoever is too slow misses some, as with a real engine.
pub(super) fn hear<T: Clone + Send + 'static>(receiver: Receiver<T>) -> impl futures_util::Stream<Item = T> + Send + 'static {
    stream::unfold(receiver, |mut receiver| async move {
        loop {
            match receiver.recv().await {
                Ok(message) => return Some((message, receiver)),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    })
}
