//! What a service offers and mounts.

use crate::compose::write;
use serde::Serialize;

/// A port that a service offers outside its networks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Port {
    /// `ingress` or `host`; empty in the long form without it. Not checked here.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mode: String,
    /// The port in the container.
    #[serde(skip_serializing_if = "write::is_zero")]
    pub target: u32,
    /// The port on the nodes; 0 lets Swarm choose.
    #[serde(skip_serializing_if = "write::is_zero")]
    pub published: u32,
    /// `tcp`, `udp`, `sctp`; empty in the long form without it. Not checked there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub protocol: String,
}

/// A secret or config that a service mounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileReference {
    /// The name of the secret or config in the file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The file name in the container; empty is `source`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub gid: String,
    /// Permission bits; `None` is 0444.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
}

/// A volume, folder or memory file system that a service mounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VolumeMount {
    /// `volume`, `bind`, `tmpfs`, `npipe` or `cluster`; not checked in the long form.
    #[serde(skip_serializing_if = "String::is_empty", rename = "type")]
    pub kind: String,
    /// The name of the volume (empty: an anonymous one), or the path on the node. A path relative to the folder of the first
    /// file stays relative, cleaned of `.` and `..` as far as possible.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target: String,
    #[serde(skip_serializing_if = "write::is_false")]
    pub read_only: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub consistency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind: Option<BindOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<VolumeOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmpfs: Option<TmpfsOptions>,
}

/// Options of a bind mount.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BindOptions {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub propagation: String,
}

/// Options of a mounted volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VolumeOptions {
    #[serde(skip_serializing_if = "write::is_false")]
    pub nocopy: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subpath: String,
}

/// Options of a memory file system.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TmpfsOptions {
    /// Bytes; 0 is no limit.
    #[serde(skip_serializing_if = "write::is_zero")]
    pub size: i64,
}
