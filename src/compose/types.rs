//! The resolved model of one stack: what remains of the compose files after variables, defaults and overlays.
//!
//! Where docker's client tells "absent" from "zero", the field is an `Option`; everywhere else the empty value means absent.
//! Durations are nanoseconds, sizes are bytes.

mod attached;
mod cluster;
mod deploy;
mod service;

pub use attached::{BindOptions, FileReference, Port, TmpfsOptions, VolumeMount, VolumeOptions};
pub use cluster::{AccessMode, BlockVolume, CapacityRange, ClusterSpec, MountVolume, Topologies, Topology, VolumeSecret};
pub use deploy::{
    Deploy, DiscreteResource, GenericResource, Limits, Placement, PlacementPreference, Reservations, Resources, RestartPolicy,
    UpdateConfig,
};
pub use service::{Build, CredentialSpec, HealthCheck, Logging, Service, ServiceNetwork, Ulimit};

use super::{value::Node, write};
use serde::Serialize;
use std::collections::BTreeMap;

/// Keys and values that Swarm treats as text: labels, driver options, sysctls.
pub type Pairs = BTreeMap<String, String>;
/// Blocks that start with `x-`, kept as they were written.
pub type Extras = BTreeMap<String, Node>;

/// All files of a stack, merged.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Config {
    /// The version of the format, `3.13` when the files name none.
    pub version: String,
    /// By the name used in the file.
    pub services: BTreeMap<String, Service>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub networks: BTreeMap<String, Network>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<String, Volume>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, FileObject>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub configs: BTreeMap<String, FileObject>,
    #[serde(flatten)]
    pub extras: Extras,
}

/// A network that the stack uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Network {
    /// The full name; empty is the stack's prefix and the key. Always set when external.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_opts: Pairs,
    #[serde(skip_serializing_if = "Ipam::is_empty")]
    pub ipam: Ipam,
    /// Not created by the stack.
    #[serde(skip_serializing_if = "write::is_false")]
    pub external: bool,
    #[serde(skip_serializing_if = "write::is_false")]
    pub internal: bool,
    #[serde(skip_serializing_if = "write::is_false")]
    pub attachable: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Pairs,
    #[serde(flatten)]
    pub extras: Extras,
}

/// The address plan of a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ipam {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<IpamPool>,
}

impl Ipam {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One range of addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IpamPool {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subnet: String,
}

/// A volume that the stack uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Volume {
    /// The full name; empty is the stack's prefix and the key. Always set when external.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_opts: Pairs,
    /// Not created by the stack.
    #[serde(skip_serializing_if = "write::is_false")]
    pub external: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Pairs,
    /// Ignored by Swarm's stacks.
    #[serde(skip_serializing_if = "Option::is_none", rename = "x-cluster-spec")]
    pub cluster_spec: Option<ClusterSpec>,
    #[serde(flatten)]
    pub extras: Extras,
}

/// A secret or config that the stack uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileObject {
    /// The full name; empty is the stack's prefix and the key. Always set when external.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Where the content is, relative to the folder of the first file unless absolute; `.` when the files name none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Not created by the stack.
    #[serde(skip_serializing_if = "write::is_false")]
    pub external: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Pairs,
    /// Secrets only.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    /// Secrets only.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_opts: Pairs,
    /// `golang` makes the daemon fill in the content for each task.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub template_driver: String,
    #[serde(flatten)]
    pub extras: Extras,
}
