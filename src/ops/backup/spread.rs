//! Which node holds which volume.

use std::collections::{BTreeMap, BTreeSet};

use crate::backup::{Contents, Share, Volume};
use crate::runner::VolumeOrder;
use crate::stack::observed::Observed;

/// Where the dashboard runs.
pub(in crate::ops) struct Here<'a> {
    pub(in crate::ops) node: &'a str,
    /// Full names of volumes that it has of the stack.
    pub(in crate::ops) volumes: &'a [String],
}

/// What one node holds of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Its id.
    pub(super) node: String,
    pub(super) hostname: String,
    pub(super) volumes: Vec<VolumeOrder>,
    /// Full names of the services with tasks there: their hooks run there.
    pub(super) services: BTreeSet<String>,
}

/// The volumes that a backup takes, by node. Where tasks of a volume's services run on several nodes, each node has files of its own, and
/// each is taken. The words of an error are for people.
pub(super) fn spread(contents: &Contents, observed: &Observed, here: &Here<'_>) -> Result<Vec<Part>, String> {
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    for volume in contents.volumes.iter().filter(|volume| volume.is_taken()) {
        for node in nodes(volume, observed, here)? {
            let known = observed.nodes.iter().find(|known| known.id == node);
            let hostname = known.map_or_else(|| node.clone(), |known| known.hostname.clone());
            if let Some(known) = known.filter(|known| known.state != "ready") {
                return Err(format!(
                    "the volume {} is on {hostname}, which is {} now; nothing was backed up",
                    volume.name, known.state
                ));
            }
            let part = parts.entry(node.clone()).or_insert_with(|| Part {
                services: services_on(observed, &node),
                node,
                hostname,
                volumes: vec![],
            });
            part.volumes.push(order(volume));
        }
    }
    if parts.is_empty() {
        return Err("a backup by the labels of what runs would hold nothing of this app; the tab Backups says why".to_owned());
    }
    Ok(parts.into_values().collect())
}

fn order(volume: &Volume) -> VolumeOrder {
    let paths = match &volume.share {
        Share::Paths(paths) => Some(paths.clone()),
        Share::Whole | Share::LeftOut(_) => None,
    };
    VolumeOrder { name: volume.full.clone(), fresh: paths.is_some() && volume.hooked, paths }
}

/// The nodes with tasks that mount it now; else those where such tasks were last; else this one, if it has it.
pub(in crate::ops) fn nodes(volume: &Volume, observed: &Observed, here: &Here<'_>) -> Result<BTreeSet<String>, String> {
    let mounts = |service: &&crate::stack::observed::Service| {
        service.spec.task_template.container_spec.mounts.iter().any(|mount| mount.source == volume.full)
    };
    let services: BTreeSet<&str> = observed.services.iter().filter(mounts).map(|service| service.id.as_str()).collect();
    let tasks = || observed.tasks.iter().filter(|task| services.contains(task.service.as_str()) && !task.node.is_empty());
    let running: BTreeSet<String> = tasks().filter(|task| task.state == "running").map(|task| task.node.clone()).collect();
    if !running.is_empty() {
        return Ok(running);
    }
    if here.volumes.contains(&volume.full) {
        return Ok(BTreeSet::from([here.node.to_owned()]));
    }
    let last = tasks().max_by_key(|task| task.created).map(|task| task.node.clone());
    last.map(|node| BTreeSet::from([node])).ok_or_else(|| {
        format!(
            "no task that uses the volume {} has run, so it is not known which node holds it; deploy the app first",
            volume.name
        )
    })
}

fn services_on(observed: &Observed, node: &str) -> BTreeSet<String> {
    let ids: BTreeSet<&str> = observed
        .tasks
        .iter()
        .filter(|task| task.node == node && task.state == "running")
        .map(|task| task.service.as_str())
        .collect();
    observed.services.iter().filter(|s| ids.contains(s.id.as_str())).map(|s| s.spec.name.clone()).collect()
}
