//! Changing the Swarm in memory, with a Swarm's refusals.

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::FakeEngine;
use super::service::FakeService;
use super::state::State;
use crate::engine::{EngineError, ExecPiece, ExecWish, Mutate, NewSecret, RegistryAuth, Result};
use crate::stack::observed::{Config, Named, Network, Service};
use crate::stack::spec::{ConfigSpec, NetworkSpec, ServiceSpec};

const NAME_MAX: usize = 64;

#[async_trait]
impl Mutate for FakeEngine {
    async fn create_network(&self, spec: &NetworkSpec) -> Result<String> {
        let mut state = self.enter("create_network")?;
        if state.networks.values().any(|n| n.name == spec.name) {
            return Err(EngineError::Conflict(format!("network with name {} already exists", spec.name)));
        }
        let id = state.id("network");
        let driver = if spec.driver.is_empty() { "bridge" } else { &spec.driver }.to_owned();
        let scope = if driver == "overlay" { "swarm" } else { "local" }.to_owned();
        let network = Network { id: id.clone(), name: spec.name.clone(), scope, driver, labels: spec.labels.clone() };
        state.networks.insert(id.clone(), network);
        state.changed("create_network", &spec.name, &id);
        Ok(id)
    }

    async fn remove_network(&self, id: &str) -> Result<()> {
        let mut state = self.enter("remove_network")?;
        let network = state.networks.get(id).or_else(|| state.networks.values().find(|n| n.name == id));
        let network = network.cloned().ok_or_else(|| missing("network", id))?;
        let attached = |networks: &[crate::stack::spec::NetworkAttachment]| {
            networks.iter().any(|n| n.target == network.id || n.target == network.name)
        };
        if let Some(service) = state.services.values().find(|s| attached(&s.service.spec.task_template.networks)) {
            return Err(EngineError::Conflict(format!("network {} is in use by service {}", network.id, service.service.id)));
        }
        let in_service = state.services.values().flat_map(|s| &s.tasks).filter(|t| !t.ended());
        if let Some(task) = in_service.chain(&state.orphans).find(|t| attached(&t.ran.networks)) {
            return Err(EngineError::Conflict(format!("network {} is in use by task {}", network.id, task.task.id)));
        }
        state.networks.remove(&network.id);
        state.changed("remove_network", &network.name, &network.id);
        Ok(())
    }

    async fn create_config(&self, spec: &ConfigSpec) -> Result<String> {
        let at = self.clock.now();
        let mut state = self.enter("create_config")?;
        name_fits("config", &spec.name)?;
        if state.configs.values().any(|c| c.name == spec.name) {
            return Err(taken("config", &spec.name));
        }
        let (id, version) = (state.id("config"), state.version());
        let config = Config {
            id: id.clone(),
            name: spec.name.clone(),
            version,
            labels: spec.labels.clone(),
            data: spec.data.clone(),
            templating: spec.templating.as_ref().map(|t| t.name.clone()),
            created: at,
        };
        state.configs.insert(id.clone(), config);
        state.changed("create_config", &spec.name, &id);
        Ok(id)
    }

    async fn remove_config(&self, id: &str) -> Result<()> {
        let mut state = self.enter("remove_config")?;
        let name = state.configs.get(id).map(|c| c.name.clone()).ok_or_else(|| missing("config", id))?;
        let used = |s: &&FakeService| s.service.spec.task_template.container_spec.configs.iter().any(|c| c.id == id);
        if let Some(service) = state.services.values().find(used) {
            return Err(in_use("config", &name, &service.service.spec.name));
        }
        state.configs.remove(id);
        state.changed("remove_config", &name, id);
        Ok(())
    }

    async fn update_config(&self, id: &str, version: u64, spec: &ConfigSpec) -> Result<()> {
        let mut state = self.enter("update_config")?;
        let next = state.version();
        let config = state.configs.get_mut(id).ok_or_else(|| missing("config", id))?;
        relabel(config.version, version, config.data == spec.data)?;
        (config.labels, config.version) = (spec.labels.clone(), next);
        state.changed("update_config", &spec.name, id);
        Ok(())
    }

    async fn create_secret(&self, secret: NewSecret<'_>) -> Result<String> {
        let NewSecret { name, labels, data, driver, .. } = secret;
        let at = self.clock.now();
        let mut state = self.enter("create_secret")?;
        name_fits("secret", name)?;
        if data.is_empty() && driver.is_none() {
            return Err(EngineError::Refused("secret data must be larger than 0 and less than 512000 bytes".to_owned()));
        }
        if state.secrets.values().any(|s| s.name == name) {
            return Err(taken("secret", name));
        }
        let (id, version) = (state.id("secret"), state.version());
        let secret = Named { id: id.clone(), name: name.to_owned(), version, labels: labels.clone(), created: at };
        state.secrets.insert(id.clone(), secret);
        state.secret_data.insert(name.to_owned(), data.to_vec());
        state.changed("create_secret", name, &id);
        Ok(id)
    }

    async fn update_secret(&self, id: &str, version: u64, wish: NewSecret<'_>) -> Result<()> {
        let mut state = self.enter("update_secret")?;
        let next = state.version();
        let same = wish.data.is_empty() || state.secret_data.get(wish.name).is_some_and(|d| d == wish.data);
        let secret = state.secrets.get_mut(id).ok_or_else(|| missing("secret", id))?;
        relabel(secret.version, version, same)?;
        (secret.labels, secret.version) = (wish.labels.clone(), next);
        state.changed("update_secret", wish.name, id);
        Ok(())
    }

    async fn remove_secret(&self, id: &str) -> Result<()> {
        let mut state = self.enter("remove_secret")?;
        let name = state.secrets.get(id).map(|s| s.name.clone()).ok_or_else(|| missing("secret", id))?;
        let used = |s: &&FakeService| s.service.spec.task_template.container_spec.secrets.iter().any(|r| r.id == id);
        if let Some(service) = state.services.values().find(used) {
            return Err(in_use("secret", &name, &service.service.spec.name));
        }
        state.secrets.remove(id);
        state.secret_data.remove(&name);
        state.changed("remove_secret", &name, id);
        Ok(())
    }

    async fn create_service(&self, spec: &ServiceSpec, auth: Option<&RegistryAuth>) -> Result<(String, Vec<String>)> {
        let at = self.clock.now();
        let mut state = self.enter("create_service")?;
        state.authorized += usize::from(auth.is_some());
        if state.services.values().any(|s| s.service.spec.name == spec.name) {
            return Err(EngineError::Conflict("name conflicts with an existing object: service already exists".to_owned()));
        }
        let spec = accept(&state, spec)?;
        let (id, version) = (state.id("service"), state.version());
        let job = spec.mode.replicated_job.is_some() || spec.mode.global_job.is_some();
        let name = spec.name.clone();
        let service = Service {
            id: id.clone(),
            version,
            spec,
            job_iteration: job.then_some(0),
            created: at,
            updated: at,
            ..Service::default()
        };
        let mut fake = FakeService::new(service);
        fake.fill(&mut state.world(at));
        state.services.insert(id.clone(), fake);
        state.changed("create_service", &name, &id);
        Ok((id, Vec::new()))
    }

    async fn update_service(&self, id: &str, version: u64, spec: &ServiceSpec, auth: Option<&RegistryAuth>) -> Result<Vec<String>> {
        let at = self.clock.now();
        let mut state = self.enter("update_service")?;
        state.authorized += usize::from(auth.is_some());
        let present = state.services.get(id).ok_or_else(|| missing("service", id))?;
        if present.service.version != version {
            return Err(EngineError::Conflict("update out of sequence".to_owned()));
        }
        if present.service.spec.name != spec.name {
            return Err(EngineError::Refused("renaming services is not supported".to_owned()));
        }
        if mode_of(&present.service.spec) != mode_of(spec) {
            return Err(EngineError::Refused("service mode change is not allowed".to_owned()));
        }
        let spec = accept(&state, spec)?;
        let version = state.version();
        let name = spec.name.clone();
        if let Some(service) = state.services.get_mut(id) {
            service.take(spec, version, at);
        }
        state.changed("update_service", &name, id);
        Ok(Vec::new())
    }

    async fn remove_volume(&self, name: &str) -> Result<()> {
        let mut state = self.enter("remove_volume")?;
        if !state.volumes.contains_key(name) {
            return Err(missing("volume", name));
        }
        let living = state.services.values().flat_map(|s| &s.tasks).filter(|t| !t.ended());
        let holds = |t: &&super::service::FakeTask| t.ran.container_spec.mounts.iter().any(|m| m.source == name);
        if let Some(task) = living.chain(&state.orphans).find(holds) {
            return Err(EngineError::Conflict(format!("remove {name}: volume is in use - [{}]", task.task.id)));
        }
        state.volumes.remove(name);
        state.changed("remove_volume", name, name);
        Ok(())
    }

    async fn remove_container(&self, id: &str) -> Result<()> {
        let mut state = self.enter("remove_container")?;
        let tasks = state.services.values_mut().flat_map(|s| &mut s.tasks);
        let task = tasks.filter(|t| t.task.container.as_deref() == Some(id)).last().ok_or_else(|| missing("container", id))?;
        if !task.ended() {
            return Err(EngineError::Conflict(format!("You cannot remove a running container {id}. Stop the container before")));
        }
        task.task.container = None;
        state.changed("remove_container", id, id);
        Ok(())
    }

    async fn exec(&self, container: &str, wish: &ExecWish) -> Result<BoxStream<'static, Result<ExecPiece>>> {
        self.exec_stream(container, wish)
    }

    async fn remove_service(&self, id: &str) -> Result<()> {
        let mut state = self.enter("remove_service")?;
        let named = |s: &&FakeService| s.service.id == id || s.service.spec.name == id;
        let id = state.services.values().find(named).map(|s| s.service.id.clone()).ok_or_else(|| missing("service", id))?;
        let service = state.services.remove(&id).ok_or_else(|| missing("service", &id))?;
        state.orphans.extend(service.tasks.into_iter().filter(|t| !t.ended()));
        state.changed("remove_service", &service.service.spec.name, &id);
        Ok(())
    }
}

/// The spec as the Swarm keeps it: networks by id. Refused if it names what is not there.
fn accept(state: &State, spec: &ServiceSpec) -> Result<ServiceSpec> {
    let mut spec = spec.clone();
    let container = &spec.task_template.container_spec;
    if container.image.is_empty() {
        return Err(EngineError::Refused("ContainerSpec: image reference must be provided".to_owned()));
    }
    if let Some(secret) = container.secrets.iter().find(|s| !state.secrets.contains_key(&s.id)) {
        return Err(EngineError::Refused(format!("secret not found: {}", secret.name)));
    }
    if let Some(config) = container.configs.iter().find(|c| c.runtime.is_none() && !state.configs.contains_key(&c.id)) {
        return Err(EngineError::Refused(format!("config not found: {}", config.name)));
    }
    for attachment in &mut spec.task_template.networks {
        let found = state.networks.values().find(|n| n.id == attachment.target || n.name == attachment.target);
        attachment.target = found.ok_or_else(|| missing("network", &attachment.target))?.id.clone();
    }
    Ok(spec)
}

/// A change of labels is all that the Swarm takes.
fn relabel(present: u64, based_on: u64, same_bytes: bool) -> Result<()> {
    if present != based_on {
        return Err(EngineError::Conflict("update out of sequence".to_owned()));
    }
    if same_bytes { Ok(()) } else { Err(EngineError::Refused("only updates to Labels are allowed".to_owned())) }
}

fn mode_of(spec: &ServiceSpec) -> u8 {
    let mode = &spec.mode;
    match (mode.global.is_some(), mode.replicated_job.is_some(), mode.global_job.is_some()) {
        (true, _, _) => 1,
        (_, true, _) => 2,
        (_, _, true) => 3,
        _ => 0,
    }
}

fn name_fits(kind: &str, name: &str) -> Result<()> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if plain && !name.is_empty() && name.len() <= NAME_MAX {
        Ok(())
    } else {
        Err(EngineError::Refused(format!(
            "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]: {kind} {name}"
        )))
    }
}

fn missing(kind: &str, id: &str) -> EngineError {
    EngineError::NotFound { what: format!("{kind} {id}") }
}

fn taken(kind: &str, name: &str) -> EngineError {
    EngineError::Conflict(format!("{kind} {name} already exists"))
}

fn in_use(kind: &str, name: &str, service: &str) -> EngineError {
    EngineError::Conflict(format!("{kind} '{name}' is in use by the following service: {service}"))
}
