//! The section `deploy` of a service.

use super::Pairs;
use crate::compose::write;
use serde::Serialize;
use std::collections::BTreeMap;

/// How Swarm runs a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Deploy {
    /// Empty or `replicated`, `global`, `replicated-job`, `global-job`; the schema does not check it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mode: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u64>,
    /// Labels of the service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_config: Option<UpdateConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback_config: Option<UpdateConfig>,
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<RestartPolicy>,
    #[serde(skip_serializing_if = "Placement::is_empty")]
    pub placement: Placement,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub endpoint_mode: String,
}

impl Deploy {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How an update, or its undoing, goes through the tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateConfig {
    /// Tasks at once; 0 is all at once, `None` is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallelism: Option<u64>,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "write::is_zero", serialize_with = "write::duration_value")]
    pub delay: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub failure_action: String,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "write::is_zero", serialize_with = "write::duration_value")]
    pub monitor: i64,
    #[serde(skip_serializing_if = "write::is_zero")]
    pub max_failure_ratio: f32,
    /// Empty, `start-first` or `stop-first`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order: String,
}

/// What a task may use and what it must be given.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Resources {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservations: Option<Reservations>,
}

impl Resources {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The most that a task may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Limits {
    /// A rational number of CPUs as text, such as `0.5` or `1/2`; not checked here.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cpus: String,
    /// Bytes.
    #[serde(skip_serializing_if = "write::is_zero", serialize_with = "write::quoted")]
    pub memory: i64,
    #[serde(skip_serializing_if = "write::is_zero")]
    pub pids: i64,
}

/// What a node must have to spare for a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Reservations {
    /// A rational number of CPUs as text, such as `0.5` or `1/2`; not checked here.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cpus: String,
    /// Bytes.
    #[serde(skip_serializing_if = "write::is_zero", serialize_with = "write::quoted")]
    pub memory: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub generic_resources: Vec<GenericResource>,
}

/// A kind of resource that the nodes announce themselves, and how many of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GenericResource {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discrete_resource_spec: Option<DiscreteResource>,
}

/// A countable resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DiscreteResource {
    pub kind: String,
    pub value: i64,
}

/// When a task that ended is started again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RestartPolicy {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::duration")]
    pub delay: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u64>,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::duration")]
    pub window: Option<i64>,
}

/// Which nodes may run a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Placement {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub preferences: Vec<PlacementPreference>,
    /// 0 is no limit.
    #[serde(skip_serializing_if = "write::is_zero", rename = "max_replicas_per_node")]
    pub max_replicas: u64,
}

impl Placement {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Spread tasks evenly over the values of a node label.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlacementPreference {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub spread: String,
}
