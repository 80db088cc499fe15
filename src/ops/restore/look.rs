//! What putting an app back to a snapshot would do, as things are.

use std::cmp::Ordering;

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};

use super::RestoreWanted;
use crate::backup::restore::{Captured, Extent, Plan, Running, Tasks, Versions, Wish};
use crate::backup::{Contents, Service};
use crate::ops::ended::OpError;
use crate::ops::repositories::Repositories;
use crate::recipe::RecipeVersion;
use crate::restic::{BackupEngine, DumpForm, Restic, Snapshot, SnapshotId};
use crate::runner::{manifest_path, volume_folder, volume_of};
use crate::stack::names::{StackName, descope, scope};
use crate::stack::observed::Observed;
use crate::store::Store;
use crate::store::chain::hex;

/// Bytes of a manifest that are read.
const MANIFEST: usize = 1 << 20;

/// The plan, and what it was made of.
pub struct Look {
    pub plan: Plan,
    pub contents: Contents,
    pub snapshot: Snapshot,
}

impl Look {
    /// Tells plans apart.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(format!("{:?}", self.plan.steps).as_bytes()))
    }
}

/// Looks. The words of an inner error are for people, such as that the repository does not answer.
///
/// # Errors
/// The database can't be read.
pub async fn look(
    store: &Store,
    repositories: &Repositories,
    app_id: i32,
    observed: &Observed,
    wanted: &RestoreWanted,
) -> Result<Result<Look, String>, OpError> {
    let Some(kept) = store.repository(wanted.repository).await? else { return Ok(Err("the repository is gone".to_owned())) };
    let deployed = store.last_converged(app_id).await?.map(|deployment| deployment.version);
    let engine = match repositories.engine(&kept) {
        Ok(engine) => engine,
        Err(lost) => return Ok(Err(lost.to_string())),
    };
    Ok(ask(&engine, observed, wanted, deployed).await)
}

async fn ask(engine: &Restic, observed: &Observed, wanted: &RestoreWanted, deployed: Option<String>) -> Result<Look, String> {
    let stack = StackName::parse(&wanted.stack).map_err(|e| e.to_string())?;
    let id = SnapshotId::new(&wanted.snapshot).ok_or_else(|| format!("{} is no snapshot", wanted.snapshot))?;
    let snapshot = engine.snapshot(&id).await.map_err(|e| e.to_string())?;
    let snapshot = snapshot.ok_or_else(|| format!("the snapshot {} is not in the repository any more", id.short()))?;
    if snapshot.tags.as_ref().is_none_or(|tags| tags.app != stack.as_str()) {
        return Err(format!("the snapshot {} is not one of this app", id.short()));
    }
    let services: Vec<Service> = observed.services.iter().map(|service| Service::of(&stack, &service.spec)).collect();
    let contents = Contents::of(&services);
    let captured = captured(&stack, &contents, &snapshot);
    let running = running(&stack, observed);
    let versions = match (version(engine, &stack, &id).await, deployed) {
        (Some(snapshot), Some(deployed)) => {
            let order = compare(&snapshot, &deployed);
            Some(Versions { snapshot, deployed, order })
        }
        _ => None,
    };
    let plan = Plan::of(&Wish {
        contents: &contents,
        captured: &captured,
        services: &running,
        whole: &wanted.whole,
        skip_safety: wanted.skip_safety,
        versions,
    });
    Ok(Look { plan, contents, snapshot })
}

/// What the snapshot holds of the app's volumes, and of those that it does not have any more.
fn captured(stack: &StackName, contents: &Contents, snapshot: &Snapshot) -> Vec<Captured> {
    let mut all: Vec<Captured> = contents
        .volumes
        .iter()
        .filter_map(|volume| {
            let extent = match snapshot.captured(&volume_folder(&volume.full)?)? {
                crate::restic::Captured::Whole(_) => Extent::Whole,
                crate::restic::Captured::Parts(parts) => Extent::Paths(parts.paths().to_vec()),
            };
            Some(Captured { volume: volume.name.clone(), extent })
        })
        .collect();
    let mut gone: Vec<&str> = snapshot
        .paths
        .iter()
        .filter_map(volume_of)
        .filter(|full| !contents.volumes.iter().any(|volume| volume.full == *full))
        .collect();
    gone.sort_unstable();
    gone.dedup();
    let short = |full: &str| descope(stack, full).unwrap_or(full).to_owned();
    all.extend(gone.into_iter().map(|full| Captured { volume: short(full), extent: Extent::Whole }));
    all
}

fn running(stack: &StackName, observed: &Observed) -> Vec<Running> {
    let running = |service: &crate::stack::observed::Service| {
        let mode = &service.spec.mode;
        let tasks = match &mode.replicated {
            _ if mode.replicated_job.is_some() || mode.global_job.is_some() => Tasks::Job,
            _ if mode.global.is_some() => Tasks::Global,
            replicated => Tasks::Replicated(replicated.as_ref().and_then(|r| r.replicas).unwrap_or(1)),
        };
        let up = observed.tasks.iter().filter(|task| task.service == service.id && task.state == "running").count();
        let name = descope(stack, &service.spec.name).unwrap_or(&service.spec.name).to_owned();
        Running { name, tasks, up: u64::try_from(up).unwrap_or(u64::MAX) }
    };
    let mut all: Vec<Running> = observed.services.iter().map(running).collect();
    all.sort_by_key(|one| scope(stack, &one.name));
    all
}

/// The recipe's version when the snapshot was made, as its manifest tells; `None` if it does not.
async fn version(engine: &Restic, stack: &StackName, id: &SnapshotId) -> Option<String> {
    let path = manifest_path(stack.as_str()).ok()?;
    let mut bytes = engine.dump(id, &path, DumpForm::File).await.ok()?;
    let mut text = vec![];
    while let Some(more) = bytes.try_next().await.ok()? {
        text.extend(more);
        if text.len() > MANIFEST {
            return None;
        }
    }
    let manifest: serde_json::Value = serde_json::from_slice(&text).ok()?;
    manifest.get("version")?.as_str().filter(|version| !version.is_empty()).map(str::to_owned)
}

fn compare(one: &str, other: &str) -> Option<Ordering> {
    Some(RecipeVersion::parse(one)?.cmp(&RecipeVersion::parse(other)?))
}
