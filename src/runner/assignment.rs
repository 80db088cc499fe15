//! What a runner is told to do.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::restic::{Repository, SnapshotId, Tags};

/// What is done with the volumes that one node holds of an app. It opens the repository, so it is handed over as a secret, and nothing prints
/// it.
#[derive(Serialize, Deserialize)]
pub struct Assignment {
    pub errand: Errand,
    /// Tells runs apart: the container's host name, and the label of volumes that the Swarm made for this run.
    pub run: String,
    /// The stack's name.
    pub stack: String,
    /// The server's domain, which snapshots are kept under.
    pub host: String,
    pub tags: Tags,
    pub volumes: Vec<VolumeOrder>,
    /// In the order in which they run.
    pub before: Vec<HookOrder>,
    /// Run in the end, whatever became of the rest.
    pub after: Vec<HookOrder>,
    /// The newest good snapshot of the app.
    pub parent: Option<SnapshotId>,
    /// Texts that no report repeats.
    pub hidden: Vec<String>,
    /// Nothing is stored if a hook fails beforehand.
    pub strict: bool,
    /// What stands in the manifest beside what the runner finds out.
    pub about: serde_json::Map<String, serde_json::Value>,
    /// What opens the repository, as [`Repository::expose`] wrote it.
    repository: String,
}

/// What a runner is sent for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Errand {
    /// The hooks of `before` are run, the volumes are stored, the hooks of `after` are run.
    Backup,
    /// The volumes are put back to a snapshot. No hook is run.
    Restore { snapshot: SnapshotId },
    /// The hooks of `before` are run, and nothing else is done.
    Hooks,
}

/// A volume and how much of it is stored or put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeOrder {
    /// The name on the Swarm.
    pub name: String,
    /// Below its top; `None` is all of it.
    pub paths: Option<Vec<String>>,
    /// A hook writes the paths just before, so they have to be new.
    pub fresh: bool,
}

/// A command of a service, by its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookOrder {
    /// The full name of the service.
    pub service: String,
    /// A line for the container's own shell: that is what the label holds by its specification.
    pub command: String,
    pub limit_s: u64,
}

/// What stands in the secret is no assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the assignment can't be read; the image of the runner is of another version than the dashboard")]
pub struct BadAssignment;

/// The parts of an assignment that are no secret.
pub struct Parts {
    pub errand: Errand,
    pub run: String,
    pub stack: String,
    pub host: String,
    pub tags: Tags,
    pub volumes: Vec<VolumeOrder>,
    pub before: Vec<HookOrder>,
    pub after: Vec<HookOrder>,
    pub parent: Option<SnapshotId>,
    pub hidden: Vec<String>,
    pub strict: bool,
    pub about: serde_json::Map<String, serde_json::Value>,
}

impl Assignment {
    /// Reads what [`expose`](Self::expose) wrote.
    pub fn read(bytes: &[u8]) -> Result<Self, BadAssignment> {
        serde_json::from_slice(bytes).map_err(|_| BadAssignment)
    }

    /// In clear, for the secret that the runner is given.
    pub fn expose(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The repository, ready to be worked on.
    pub fn repository(&self) -> Result<Repository, BadAssignment> {
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(&self.repository).map_err(|_| BadAssignment)?);
        Repository::from_exposed(&bytes).map_err(|_| BadAssignment)
    }

    /// These parts, with what opens the repository.
    pub fn new(parts: Parts, repository: &Repository) -> Self {
        let Parts { errand, run, stack, host, tags, volumes, before, after, parent, hidden, strict, about } = parts;
        let repository = BASE64_STANDARD.encode(&*repository.expose());
        Self { errand, run, stack, host, tags, volumes, before, after, parent, hidden, strict, about, repository }
    }
}
