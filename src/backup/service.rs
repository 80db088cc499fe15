//! A service as backups see it.

use std::collections::{BTreeMap, BTreeSet};

use crate::stack::names::{StackName, descope};
use crate::stack::spec::{Mount, ServiceSpec};

/// What of a service matters to a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// The short name, such as `db`.
    pub name: String,
    pub image: String,
    /// Labels of the service, with variables filled in.
    pub labels: BTreeMap<String, String>,
    /// Keys of the labels of its containers, where nothing looks for those of backups.
    pub container_labels: BTreeSet<String>,
    pub mounts: Vec<Mounted>,
}

/// Something of the node that the containers of a service see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mounted {
    pub origin: Origin,
    /// Where it is in the container.
    pub target: String,
    pub read_only: bool,
}

/// Where the files of a mount lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A named volume.
    Volume {
        /// The name in the compose file; the one on the Swarm where they have nothing in common.
        name: String,
        /// The name on the Swarm.
        full: String,
    },
    /// A folder or file of the node.
    Folder(String),
}

impl Service {
    /// A service as it is deployed, or to be.
    pub fn of(stack: &StackName, spec: &ServiceSpec) -> Self {
        let container = &spec.task_template.container_spec;
        Self {
            name: descope(stack, &spec.name).unwrap_or(&spec.name).to_owned(),
            image: container.image.clone(),
            labels: spec.labels.clone(),
            container_labels: container.labels.keys().cloned().collect(),
            mounts: container.mounts.iter().filter_map(|mount| Mounted::of(stack, mount)).collect(),
        }
    }

    /// Whether it mounts the volume of this short name.
    pub(super) fn mounts(&self, volume: &str) -> bool {
        self.volumes().any(|(name, _)| name == volume)
    }

    /// The short names of its volumes, and where each is in the container.
    pub(super) fn volumes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.mounts.iter().filter_map(|mount| match &mount.origin {
            Origin::Volume { name, .. } => Some((name.as_str(), mount.target.as_str())),
            Origin::Folder(_) => None,
        })
    }
}

impl Mounted {
    /// Memory, and volumes without a name that go with their container, hold nothing to keep.
    fn of(stack: &StackName, mount: &Mount) -> Option<Self> {
        let origin = match mount.kind.as_str() {
            _ if mount.source.is_empty() => return None,
            "volume" | "cluster" => Origin::Volume {
                name: descope(stack, &mount.source).unwrap_or(&mount.source).to_owned(),
                full: mount.source.clone(),
            },
            "bind" => Origin::Folder(mount.source.clone()),
            _ => return None,
        };
        Some(Self { origin, target: mount.target.clone(), read_only: mount.read_only })
    }
}
