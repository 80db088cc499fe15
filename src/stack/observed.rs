//! Our view of the Swarm: what the engine reported, and when.
//!
//! The engine floor fills these; plan, convergence and the pages read them. Nothing here knows where they came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names::StackName;
use super::policy::{DASHBOARD, routed};
use super::spec::{Labels, ServiceSpec};

/// Milliseconds since 1970 (UTC).
pub type Millis = i64;

/// The label that ties every object of a stack together.
pub const NAMESPACE_LABEL: &str = "com.docker.stack.namespace";

/// One reading of everything on the Swarm that the pages and the plans need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Swarm {
    /// When the reading began.
    pub at: Millis,
    pub nodes: Vec<Node>,
    pub services: Vec<Service>,
    pub tasks: Vec<Task>,
    pub networks: Vec<Network>,
    pub secrets: Vec<Named>,
    pub configs: Vec<Config>,
    /// The apps that the dashboard has, deployed or not. No engine tells of them.
    pub apps: Vec<Neighbour>,
    /// The id of the container that reads; empty where it is none, or where that can't be told.
    pub container: String,
}

/// The part of a reading that belongs to one stack, with what its services may refer to outside of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub at: Millis,
    pub nodes: Vec<Node>,
    pub services: Vec<Service>,
    pub tasks: Vec<Task>,
    /// All swarm-scoped networks: a stack may use external ones.
    pub networks: Vec<Network>,
    /// All secrets: recipes use external ones by name.
    pub secrets: Vec<Named>,
    /// All configs.
    pub configs: Vec<Config>,
    /// The other stacks, and those of apps that are not deployed.
    pub neighbours: Vec<Neighbour>,
}

/// Another stack on the Swarm, or one that an app is to become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbour {
    pub stack: String,
    /// The recipe that it was deployed by; empty if it does not say.
    pub recipe: String,
    /// Hosts that it answers for, or whose visitors its settings claim.
    pub domains: Vec<String>,
}

impl Swarm {
    /// The part of this reading that belongs to `stack`.
    pub fn stack(&self, stack: &StackName) -> Observed {
        let services: Vec<Service> = self.services.iter().filter(|s| s.stack() == Some(stack.as_str())).cloned().collect();
        let tasks = self.tasks.iter().filter(|t| services.iter().any(|s| s.id == t.service)).cloned().collect();
        Observed {
            at: self.at,
            nodes: self.nodes.clone(),
            services,
            tasks,
            networks: self.networks.clone(),
            secrets: self.secrets.clone(),
            configs: self.configs.clone(),
            neighbours: self.neighbours(stack),
        }
    }

    /// The stack that the reader itself runs in: the dashboard's own.
    pub fn own_stack(&self) -> Option<&str> {
        let mine = |task: &&Task| task.container.as_deref().is_some_and(|id| self.is_own_container(id));
        let task = self.tasks.iter().find(mine)?;
        self.services.iter().find(|s| s.id == task.service)?.stack()
    }

    /// The image that the reader itself runs.
    pub fn own_image(&self) -> Option<&str> {
        let mine = |task: &&Task| task.container.as_deref().is_some_and(|id| self.is_own_container(id));
        self.tasks.iter().find(mine).map(|task| task.image.as_str())
    }

    /// Whether the container of this id is the reader's own.
    pub fn is_own_container(&self, id: &str) -> bool {
        !self.container.is_empty() && id == self.container
    }

    fn neighbours(&self, own: &StackName) -> Vec<Neighbour> {
        let mut found: BTreeMap<&str, Neighbour> = BTreeMap::new();
        for service in &self.services {
            let Some(stack) = service.stack().filter(|s| *s != own.as_str()) else { continue };
            let said = service.spec.labels.iter().find(|(key, _)| {
                let rest = key.strip_prefix("coop-cloud.").and_then(|rest| rest.strip_prefix(stack));
                rest == Some(".recipe")
            });
            let neighbour = found.entry(stack).or_default();
            if let Some((_, name)) = said {
                neighbour.recipe.clone_from(name);
            }
            neighbour.domains.extend(routed(&service.spec));
        }
        for app in self.apps.iter().filter(|app| app.stack != own.as_str()) {
            let neighbour = found.entry(&app.stack).or_default();
            if neighbour.recipe.is_empty() {
                neighbour.recipe.clone_from(&app.recipe);
            }
            neighbour.domains.extend(app.domains.iter().cloned());
        }
        // Whatever deployed it, and whatever its labels say.
        if let Some(dashboard) = self.own_stack().and_then(|stack| found.get_mut(stack)) {
            DASHBOARD.clone_into(&mut dashboard.recipe);
        }
        let named = |(stack, mut neighbour): (&str, Neighbour)| {
            neighbour.domains.sort();
            neighbour.domains.dedup();
            Neighbour { stack: stack.to_owned(), ..neighbour }
        };
        found.into_iter().map(named).collect()
    }
}

/// A node of the Swarm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub id: String,
    pub hostname: String,
    pub manager: bool,
    /// `ready`, `down`, `disconnected` or `unknown`.
    pub state: String,
    /// `active`, `pause` or `drain`.
    pub availability: String,
    pub labels: Labels,
    pub engine_version: String,
}

/// A service as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    pub id: String,
    /// The engine's version index; an update names the index that it is based on.
    pub version: u64,
    pub spec: ServiceSpec,
    pub has_previous: bool,
    pub update: Option<UpdateStatus>,
    /// Iteration of a job-mode service.
    pub job_iteration: Option<u64>,
    pub created: Millis,
    pub updated: Millis,
}

impl Service {
    /// The stack that the service belongs to, by its label.
    pub fn stack(&self) -> Option<&str> {
        self.spec.labels.get(NAMESPACE_LABEL).map(String::as_str)
    }
}

/// How the engine says that an update goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UpdateStatus {
    /// `updating`, `paused`, `completed`, `rollback_started`, `rollback_paused`, `rollback_completed` or empty.
    pub state: String,
    pub message: String,
    pub started: Millis,
}

/// One try to run a service in one slot or on one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub id: String,
    pub service: String,
    /// Zero for global services.
    pub slot: u64,
    pub node: String,
    /// `new`, `allocated`, `pending`, `assigned`, `accepted`, `preparing`, `ready`, `starting`, `running`, `complete`, `shutdown`,
    /// `failed`, `rejected`, `orphaned` or `remove`.
    pub state: String,
    pub desired: String,
    pub message: String,
    pub error: String,
    pub exit_code: Option<i64>,
    pub container: Option<String>,
    /// The image that the task runs.
    pub image: String,
    /// The task runs the present spec of its service. The engine answers this itself (task filter `_up-to-date`), which is the
    /// only sure way to tell new tasks from old ones.
    pub current: bool,
    pub job_iteration: Option<u64>,
    pub created: Millis,
    pub updated: Millis,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub id: String,
    pub name: String,
    /// `swarm` or `local`.
    pub scope: String,
    pub driver: String,
    pub labels: Labels,
}

/// A secret: its bytes can't be read back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: String,
    pub version: u64,
    pub labels: Labels,
    pub created: Millis,
}

/// A config, with its bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    pub id: String,
    pub name: String,
    pub version: u64,
    pub labels: Labels,
    pub data: Vec<u8>,
    pub templating: Option<String>,
    pub created: Millis,
}

/// What a container's health check said last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// `starting`, `healthy` or `unhealthy`.
    pub status: String,
    pub failing_streak: i64,
    /// Output and exit code of the last probe.
    pub last: Option<(i64, String)>,
}

/// Facts about the engine that we talk to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineInfo {
    pub version: String,
    pub api_version: String,
    /// `active`, `inactive`, `pending`, `locked` or `error`.
    pub swarm_state: String,
    pub is_manager: bool,
    pub node_id: String,
    pub swarm_id: String,
    pub data_root: String,
    pub warnings: Vec<String>,
}
