//! One service and the parts that belong to its containers.

use super::{Deploy, Extras, FileReference, Pairs, Port, VolumeMount};
use crate::compose::write;
use serde::Serialize;
use std::collections::BTreeMap;

/// One service of the stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Service {
    /// Accepted and ignored by Swarm.
    #[serde(skip_serializing_if = "write::no_build")]
    pub build: Option<Build>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_add: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_drop: Vec<String>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cgroupns_mode: String,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cgroup_parent: String,
    /// The arguments of the image's entry point, split into words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub configs: Vec<FileReference>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub container_name: String,
    #[serde(skip_serializing_if = "CredentialSpec::is_empty")]
    pub credential_spec: CredentialSpec,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    #[serde(skip_serializing_if = "Deploy::is_empty")]
    pub deploy: Deploy,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// `None` when not given; an empty list is sent as an empty DNS configuration.
    #[serde(skip_serializing_if = "write::no_items")]
    pub dns: Option<Vec<String>>,
    /// `None` when not given; an empty list is sent as an empty DNS configuration.
    #[serde(skip_serializing_if = "write::no_items")]
    pub dns_search: Option<Vec<String>>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub domainname: String,
    /// Replaces the image's entry point when not empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// Already holds what the `env_file`s say. `None` is a name without a value: the variable is unset in the container.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Option<String>>,
    /// The files that were read into `environment`, as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env_file: Vec<String>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose: Vec<String>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_links: Vec<String>,
    /// Entries `HOST:IP`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra_hosts: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hostname: String,
    /// `None` leaves the image's own check in force, and so does an empty one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthCheck>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub image: String,
    /// Whether an init process runs as process 1; `None` leaves it to the daemon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<bool>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ipc: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub isolation: String,
    /// Labels of the containers, not of the service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Pairs,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mac_address: String,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub network_mode: String,
    /// Empty means: the network `default`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub networks: BTreeMap<String, Option<ServiceNetwork>>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pid: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "write::is_false")]
    pub privileged: bool,
    #[serde(skip_serializing_if = "write::is_false")]
    pub read_only: bool,
    /// Used by Swarm only where `deploy.restart_policy` is absent.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub restart: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<FileReference>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_opt: Vec<String>,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shm_size: String,
    #[serde(skip_serializing_if = "write::is_false")]
    pub stdin_open: bool,
    /// Nanoseconds between the stop signal and the kill.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::duration")]
    pub stop_grace_period: Option<i64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stop_signal: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sysctls: Pairs,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tmpfs: Vec<String>,
    #[serde(skip_serializing_if = "write::is_false")]
    pub tty: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ulimits: BTreeMap<String, Ulimit>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub userns_mode: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<VolumeMount>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    #[serde(flatten)]
    pub extras: Extras,
}

/// How an image would be built; Swarm never does.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Build {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub context: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub dockerfile: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Option<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Pairs,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cache_from: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra_hosts: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub network: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target: String,
}

/// A gMSA credential specification; at most one field may be set.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CredentialSpec {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub config: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub registry: String,
}

impl CredentialSpec {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How Docker finds out whether a container works.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HealthCheck {
    /// `["CMD", …]`, `["CMD-SHELL", …]` or `["NONE"]`; empty is the image's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<String>,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::duration")]
    pub timeout: Option<i64>,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::duration")]
    pub interval: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u64>,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::duration")]
    pub start_period: Option<i64>,
    /// Nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::duration")]
    pub start_interval: Option<i64>,
    #[serde(skip_serializing_if = "write::is_false")]
    pub disable: bool,
}

/// Where the output of the containers goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Logging {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    /// `None` when the file has no `options`, which an overlay then cannot add.
    #[serde(skip_serializing_if = "write::no_pairs")]
    pub options: Option<Pairs>,
}

/// How a service is attached to a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ServiceNetwork {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_opts: Pairs,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ipv4_address: String,
    /// Ignored by Swarm.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ipv6_address: String,
}

/// A limit of the kernel for the processes of a container.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ulimit {
    /// Soft and hard limit in one, when not 0.
    pub single: i64,
    pub soft: i64,
    pub hard: i64,
}
