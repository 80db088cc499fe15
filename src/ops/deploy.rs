//! A deploy: the plan that was shown, nothing else, and a verdict that is true.

use serde_json::json;

use crate::access::action::Deploy;
use crate::access::{Actor, Grant, Role};
use crate::stack::converge::{Outcome, Verdict};
use crate::stack::names::StackName;
use crate::stack::plan::plan;
use crate::stack::policy::host_power;
use crate::store::deployments::NewDeployment;

use super::ended::{Ended, OpError};
use super::order::DeployWanted;
use super::run::Run;
use super::{apply, pins, watching};

/// Carries the deploy out. `may` is the right to deploy, judged when the operation began to run.
pub async fn run(may: &Grant<Deploy>, run: &Run, wanted: DeployWanted) -> Result<Ended, OpError> {
    run.step("Check the plan").await?;
    check(run, &wanted).await?;
    check_powers(may, run, &wanted).await?;

    run.step("Find the images").await?;
    let pinned = pins::pin(run, wanted.desired.clone()).await?;

    run.step("Change the Swarm").await?;
    run.touch().await?;
    let expected = apply::apply(run, &pinned.desired).await?;

    run.step("Watch the services").await?;
    let verdict = watching::watch(run, &pinned.desired.stack, expected, wanted.timeout_s).await?;
    Ok(ended(run, &wanted, &pinned, &verdict))
}

/// The world must still be the one that the plan was made for. After a restart our own changes may stand in it already.
async fn check(run: &Run, wanted: &DeployWanted) -> Result<(), OpError> {
    let plan = plan(&wanted.desired, &run.fresh().await?.stack(&wanted.desired.stack));
    if let Some(blocker) = plan.blockers.first() {
        let done = if run.operation.touched { "It was begun before a restart" } else { "Nothing was changed" };
        return Err(OpError::stop("blocked", format!("{}; {}. {done}", blocker.what, blocker.hint)));
    }
    if !run.operation.touched && plan.hash() != wanted.plan_hash {
        let text = "the Swarm is not as it was when the plan was shown. Nothing was changed; look at the new plan and deploy again";
        return Err(OpError::stop("plan changed", text));
    }
    Ok(())
}

/// The one policy over the objects as they are sent: what reaches beyond the app's own containers is for admins, and is noted.
async fn check_powers(may: &Grant<Deploy>, run: &Run, wanted: &DeployWanted) -> Result<(), OpError> {
    let powers = host_power(&wanted.desired);
    let admin = matches!(may.actor(), Actor::Member { role: Role::Admin, .. });
    for power in &powers {
        run.note(&format!("{} asks for {}: {}", power.service, power.what, power.why)).await?;
    }
    match powers.first() {
        Some(power) if !admin => Err(OpError::stop("refused", format!("only an admin may deploy what asks for {}", power.what))),
        _ => Ok(()),
    }
}

fn ended(run: &Run, wanted: &DeployWanted, pinned: &pins::Pinned, verdict: &Verdict) -> Ended {
    let reached = verdict.outcome == Outcome::Converged;
    let outcome = verdict.outcome.as_str().replace('_', " ");
    let images: serde_json::Map<_, _> =
        pinned.desired.services.iter().map(|s| (s.name.clone(), json!(s.task_template.container_spec.image))).collect();
    Ended {
        reached,
        cause: causes(&wanted.desired.stack, verdict),
        deployment: Some(NewDeployment {
            app_id: run.operation.app_id,
            operation_id: run.operation.id,
            recipe: wanted.recipe.clone(),
            version: wanted.version.clone(),
            commit_id: wanted.commit.clone(),
            env_number: wanted.env_number,
            stack: serde_json::to_string(&pinned.desired).unwrap_or_default(),
            images: serde_json::Value::Object(images).to_string(),
            outcome: outcome.clone(),
        }),
        version: reached.then(|| wanted.version.clone()),
        outcome,
    }
}

fn causes(stack: &StackName, verdict: &Verdict) -> String {
    let sentences = verdict.causes.iter().map(|c| {
        let short = crate::stack::names::descope(stack, &c.service).unwrap_or(&c.service);
        format!("{short}: {}", c.text)
    });
    sentences.collect::<Vec<_>>().join("\n")
}
