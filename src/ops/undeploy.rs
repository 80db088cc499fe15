//! Stops an app. Its volumes, its secrets and its settings stay.

use std::time::Duration;

use crate::access::Grant;
use crate::access::action::Undeploy;
use crate::engine::EngineError;
use crate::stack::observed::{NAMESPACE_LABEL, Observed};

use super::ended::{Ended, OpError};
use super::run::Run;

/// Tasks get their grace period to stop; longer than this is a fault.
const PATIENCE: Duration = Duration::from_mins(2);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Carries the undeploy out. Going over it twice does nothing twice.
pub async fn run(_may: &Grant<Undeploy>, run: &Run, stack: &str) -> Result<Ended, OpError> {
    run.step("Remove the services").await?;
    run.touch().await?;
    let observed = look(run, stack).await?;
    for service in &observed.services {
        forgiving(run.remove_service(&service.spec.name, &service.id).await)?;
    }

    run.step("Wait for the tasks to stop").await?;
    wait_until_still(run, stack, &observed).await?;

    run.step("Remove configs and networks").await?;
    for config in observed.configs.iter().filter(|c| belongs(&c.labels, stack)) {
        forgiving(run.remove_config(&config.name, &config.id).await)?;
    }
    remove_networks(run, stack).await?;
    run.note("volumes, secrets and settings were kept").await?;
    Ok(Ended::well("undeployed"))
}

async fn look(run: &Run, stack: &str) -> Result<Observed, OpError> {
    let swarm = run.fresh().await?;
    let name = crate::stack::names::StackName::parse(stack)
        .map_err(|e| OpError::stop("failed", format!("the stack name {stack} can't be used: {e}")))?;
    Ok(swarm.stack(&name))
}

/// Somebody else may have removed it first, which is as good.
fn forgiving(done: Result<(), OpError>) -> Result<(), OpError> {
    match done {
        Err(OpError::Engine(EngineError::NotFound { .. })) => Ok(()),
        other => other,
    }
}

async fn wait_until_still(run: &Run, stack: &str, before: &Observed) -> Result<(), OpError> {
    let began = tokio::time::Instant::now();
    let mut told = usize::MAX;
    loop {
        let swarm = run.fresh().await?;
        let gone = |state: &str| matches!(state, "shutdown" | "complete" | "failed" | "rejected" | "orphaned" | "remove");
        let tasks = swarm.tasks.iter().filter(|t| before.services.iter().any(|s| s.id == t.service) && !gone(&t.state)).count();
        let left = tasks.max(run.inspect.containers(stack).await?.len());
        if left == 0 {
            return Ok(());
        }
        if left != told {
            run.note(&format!("{left} still stopping")).await?;
            told = left;
        }
        if began.elapsed() > PATIENCE {
            return Err(OpError::stop(
                "failed",
                format!("{left} tasks did not stop within two minutes; undeploy again to go on waiting"),
            ));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The engine lets go of a network a moment after its last task; until then it refuses.
async fn remove_networks(run: &Run, stack: &str) -> Result<(), OpError> {
    let began = tokio::time::Instant::now();
    loop {
        let swarm = run.fresh().await?;
        let mine: Vec<_> = swarm.networks.iter().filter(|n| belongs(&n.labels, stack)).collect();
        if mine.is_empty() {
            return Ok(());
        }
        for network in mine {
            match forgiving(run.remove_network(&network.name, &network.id).await) {
                Err(OpError::Engine(EngineError::Refused(_) | EngineError::Conflict(_))) if began.elapsed() < PATIENCE => {}
                other => other?,
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn belongs(labels: &crate::stack::spec::Labels, stack: &str) -> bool {
    labels.get(NAMESPACE_LABEL).is_some_and(|l| l == stack)
}
