//! How an operation ended that brought a whole stack to the Swarm: a deploy, or going back to an earlier one.

use serde_json::json;

use crate::stack::converge::{Outcome, Verdict};
use crate::stack::desired::Desired;
use crate::stack::names::{StackName, descope};
use crate::store::deployments::NewDeployment;
use crate::store::operations::Operation;

use super::ended::Ended;

/// What the stack was made of.
pub(super) struct MadeOf<'a> {
    pub(super) recipe: &'a str,
    pub(super) version: &'a str,
    /// 40 hexadecimal digits.
    pub(super) commit: &'a str,
    /// The revision of the app's settings.
    pub(super) env_number: i32,
}

/// The verdict of the watch, with everything that is kept of the deployment. `desired` is what was sent.
pub(super) fn ended(operation: &Operation, of: &MadeOf<'_>, desired: &Desired, verdict: &Verdict) -> Ended {
    let reached = verdict.outcome == Outcome::Converged;
    let outcome = verdict.outcome.as_str().replace('_', " ");
    Ended {
        reached,
        cause: causes(&desired.stack, verdict),
        deployment: Some(kept(operation, of, desired, &outcome)),
        version: reached.then(|| of.version.to_owned()),
        backups: vec![],
        gone: vec![],
        outcome,
        unseen: verdict.unseen,
    }
}

/// What is kept of a deployment.
pub(super) fn kept(operation: &Operation, of: &MadeOf<'_>, desired: &Desired, outcome: &str) -> NewDeployment {
    NewDeployment {
        app_id: operation.app_id,
        operation_id: operation.id,
        recipe: of.recipe.to_owned(),
        version: of.version.to_owned(),
        commit_id: of.commit.to_owned(),
        env_number: of.env_number,
        stack: serde_json::to_string(desired).unwrap_or_default(),
        images: images(desired),
        outcome: outcome.to_owned(),
    }
}

/// Image and digest of each service as JSON.
pub(super) fn images(desired: &Desired) -> String {
    let images = desired.services.iter().map(|s| (s.name.clone(), json!(s.task_template.container_spec.image)));
    serde_json::Value::Object(images.collect()).to_string()
}

/// The verdict of a watch of which no deployment is kept.
pub(super) fn judged(stack: &StackName, verdict: &Verdict) -> Ended {
    let outcome = verdict.outcome.as_str().replace('_', " ");
    Ended { reached: verdict.outcome == Outcome::Converged, cause: causes(stack, verdict), ..Ended::badly(&outcome, "") }
}

fn causes(stack: &StackName, verdict: &Verdict) -> String {
    let sentences = verdict.causes.iter().map(|c| {
        let short = descope(stack, &c.service).unwrap_or(&c.service);
        format!("{short}: {}", c.text)
    });
    sentences.collect::<Vec<_>>().join("\n")
}
