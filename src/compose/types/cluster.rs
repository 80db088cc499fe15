//! Volumes that the Swarm itself would make by a plugin. `docker stack deploy` makes none; the model keeps what the file says.

use super::Pairs;
use crate::compose::write;
use serde::Serialize;

/// The block `x-cluster-spec` of a volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClusterSpec {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_mode: Option<AccessMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessibility_requirements: Option<Topologies>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_range: Option<CapacityRange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<VolumeSecret>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub availability: String,
}

/// Who may use the volume at the same time, and as what it appears in a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AccessMode {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sharing: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount_volume: Option<MountVolume>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_volume: Option<BlockVolume>,
}

/// As a file system.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MountVolume {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fs_type: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mount_flags: Vec<String>,
}

/// As a block device.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BlockVolume {}

/// Where the volume has to be reachable, and where it had better be.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Topologies {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requisite: Vec<Topology>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub preferred: Vec<Topology>,
}

/// One place, in the words of the plugin.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Topology {
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub segments: Pairs,
}

/// Bytes; 0 is no bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CapacityRange {
    #[serde(skip_serializing_if = "write::is_zero", serialize_with = "write::quoted")]
    pub required_bytes: i64,
    #[serde(skip_serializing_if = "write::is_zero", serialize_with = "write::quoted")]
    pub limit_bytes: i64,
}

/// A secret of the Swarm that the plugin gets under a name of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VolumeSecret {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret: String,
}
