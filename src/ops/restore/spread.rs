//! On which node what is put back, and where hooks run.

use std::collections::BTreeMap;

use super::RestoreWanted;
use crate::backup::restore::{Extent, Plan, Step};
use crate::backup::{Contents, Hook};
use crate::ops::backup::spread::{Here, nodes};
use crate::runner::VolumeOrder;
use crate::stack::names::{StackName, scope};
use crate::stack::observed::Observed;

/// The volumes that are put back, by the node's id. Where several nodes have files of a volume, the snapshot's own node gets them back.
/// The words of an error are for people.
pub(super) fn volumes(
    plan: &Plan,
    contents: &Contents,
    observed: &Observed,
    here: &Here<'_>,
    wanted: &RestoreWanted,
) -> Result<BTreeMap<String, Vec<VolumeOrder>>, String> {
    let mut all: BTreeMap<String, Vec<VolumeOrder>> = BTreeMap::new();
    for step in &plan.steps {
        let Step::Restore { volume, full, extent } = step else { continue };
        let Some(known) = contents.volumes.iter().find(|known| known.full == *full) else { continue };
        let mut on = nodes(known, observed, here)?;
        if on.len() > 1 {
            on.retain(|node| hostname(observed, node) == wanted.node);
        }
        let node = on.pop_first().ok_or_else(|| {
            if wanted.node.is_empty() {
                return format!("the volume {volume} is on several nodes, and it is not known on which one the snapshot was made; put it back by hand");
            }
            format!(
                "the volume {volume} is on several nodes, and on none that is called {} as when the snapshot was made",
                wanted.node
            )
        })?;
        if let Some(known) = observed.nodes.iter().find(|known| known.id == node && known.state != "ready") {
            return Err(format!("the volume {volume} is on {}, which is {} now", known.hostname, known.state));
        }
        let paths = match extent {
            Extent::Whole => None,
            Extent::Paths(paths) => Some(paths.clone()),
        };
        all.entry(node).or_default().push(VolumeOrder { name: full.clone(), paths, fresh: false });
    }
    Ok(all)
}

/// What people call a node.
pub(super) fn hostname<'a>(observed: &'a Observed, node: &'a str) -> &'a str {
    observed.nodes.iter().find(|known| known.id == node).map_or(node, |known| known.hostname.as_str())
}

/// The hooks in their order, those that follow each other on one node together: the node's id, and they. The words of an error are for
/// people.
pub(super) fn hooks<'a>(
    hooks: &[&'a Hook],
    stack: &StackName,
    observed: &Observed,
) -> Result<Vec<(String, Vec<&'a Hook>)>, String> {
    let mut all: Vec<(String, Vec<&Hook>)> = vec![];
    for hook in hooks {
        let full = scope(stack, &hook.service);
        let id = observed.services.iter().find(|service| service.spec.name == full).map(|service| service.id.as_str());
        let task = observed.tasks.iter().find(|task| Some(task.service.as_str()) == id && task.state == "running");
        let node = task
            .map(|task| task.node.clone())
            .ok_or_else(|| format!("no task of {} runs, so its hook can’t be run", hook.service))?;
        match all.last_mut().filter(|(last, _)| *last == node) {
            Some((_, together)) => together.push(hook),
            None => all.push((node, vec![hook])),
        }
    }
    Ok(all)
}
