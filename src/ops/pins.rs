//! Images by digest: what a tag means now is what every node runs, and what a rollback can go back to.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use crate::engine::Resolved;
use crate::stack::desired::Desired;

use super::ended::OpError;
use super::run::Run;

/// A stack whose images are pinned where the registry could be asked.
pub(super) struct Pinned {
    pub(super) desired: Desired,
}

/// Asks the registries, all at once. An image that can't be asked about stays a tag, and the journal says so.
pub(super) async fn pin(run: &Run, mut desired: Desired) -> Result<Pinned, OpError> {
    let mut images: Vec<String> = desired.services.iter().map(|s| s.task_template.container_spec.image.clone()).collect();
    images.sort();
    images.dedup();
    let answers = join_all(images.iter().map(|image| run.inspect.resolve_image(image))).await;
    let mut found: BTreeMap<String, Resolved> = BTreeMap::new();
    for (image, answer) in images.into_iter().zip(answers) {
        match answer? {
            Some(resolved) => {
                run.note(&format!("{image} is {}", resolved.digest)).await?;
                found.insert(image, resolved);
            }
            None => {
                run.warn(&format!("{image}: its registry could not be asked for a digest, so each node looks for the tag itself"))
                    .await?;
            }
        }
    }
    for service in &mut desired.services {
        let task = &mut service.task_template;
        if let Some(resolved) = found.get(&task.container_spec.image) {
            if !task.container_spec.image.contains('@') {
                task.container_spec.image = format!("{}@{}", task.container_spec.image, resolved.digest);
            }
            task.placement.platforms.clone_from(&resolved.platforms);
        }
    }
    Ok(Pinned { desired })
}
