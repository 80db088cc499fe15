//! Images by digest: what a tag means now is what every node runs, and what a rollback can go back to.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use crate::engine::{Lookup, Resolved};
use crate::stack::desired::Desired;
use crate::stack::observed::{Observed, Service};
use crate::stack::spec::ServiceSpec;

use super::ended::OpError;
use super::run::Run;

/// The image as the compose file names it, beside the one that a digest was added to.
const IMAGE_LABEL: &str = "com.docker.stack.image";

/// When registries are asked, in the words of `docker stack deploy --resolve-image`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resolve {
    /// For every service: a tag that moved is pulled anew.
    #[default]
    Always,
    /// For services that are new, or whose image in the file is not the one of their last deploy. The others keep what they run.
    Changed,
    /// Never. Services whose image in the file is the one of their last deploy keep what they run.
    Never,
}

/// What becomes of a service's image.
enum Choice {
    Ask,
    /// What the service runs now.
    Keep(String),
    AsWritten,
}

/// Settles every image, all registries at once. An image that can't be asked about stays a tag, and the journal says why.
pub(super) async fn pin(run: &Run, mut desired: Desired, observed: &Observed, resolve: Resolve) -> Result<Desired, OpError> {
    let choices: Vec<Choice> = desired.services.iter().map(|s| choose(resolve, s, find(observed, s))).collect();
    let asked = desired.services.iter().zip(&choices).filter(|(_, choice)| matches!(choice, Choice::Ask));
    let images: BTreeSet<String> = asked.map(|(s, _)| s.task_template.container_spec.image.clone()).collect();
    let found = ask(run, images).await?;
    for (service, choice) in desired.services.iter_mut().zip(choices) {
        let task = &mut service.task_template;
        match choice {
            Choice::AsWritten => {}
            Choice::Keep(image) => task.container_spec.image = image,
            Choice::Ask => {
                let Some(resolved) = found.get(&task.container_spec.image) else { continue };
                if !task.container_spec.image.contains('@') {
                    task.container_spec.image = format!("{}@{}", task.container_spec.image, resolved.digest);
                }
                task.placement.platforms.clone_from(&resolved.platforms);
            }
        }
    }
    Ok(desired)
}

fn find<'a>(observed: &'a Observed, spec: &ServiceSpec) -> Option<&'a Service> {
    observed.services.iter().find(|s| s.spec.name == spec.name)
}

fn choose(resolve: Resolve, wish: &ServiceSpec, present: Option<&Service>) -> Choice {
    let unchanged = present.filter(|p| p.spec.labels.get(IMAGE_LABEL) == wish.labels.get(IMAGE_LABEL));
    let running = unchanged.map(|p| p.spec.task_template.container_spec.image.clone());
    match (resolve, running) {
        (Resolve::Always, _) | (Resolve::Changed, None) => Choice::Ask,
        (Resolve::Changed | Resolve::Never, Some(image)) => Choice::Keep(image),
        (Resolve::Never, None) => Choice::AsWritten,
    }
}

async fn ask(run: &Run, images: BTreeSet<String>) -> Result<BTreeMap<String, Resolved>, OpError> {
    let answers = join_all(images.iter().map(|image| async {
        let auth = run.credentials.as_ref().map(|c| c.for_image(image));
        run.inspect.resolve_image(image, auth.as_ref()).await
    }))
    .await;
    let mut found = BTreeMap::new();
    for (image, answer) in images.into_iter().zip(answers) {
        match answer? {
            Lookup::Found(resolved) => {
                run.note(&format!("{image} is {}", resolved.digest)).await?;
                found.insert(image, resolved);
            }
            Lookup::Failed(why) => {
                run.warn(&format!("{image}: {why}. It has no digest, so each node looks for the tag itself")).await?;
            }
        }
    }
    Ok(found)
}
