//! Taking a stack away, part by part, and waiting until it is truly gone. Going over it twice does nothing twice.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::engine::EngineError;
use crate::stack::names::StackName;
use crate::stack::observed::{NAMESPACE_LABEL, Observed, Service, Task};
use crate::stack::spec::Labels;

use super::ended::OpError;
use super::run::Run;

/// Tasks get their grace period to stop; longer than this is a fault.
const PATIENCE: Duration = Duration::from_mins(2);
/// Old engines take a moment to end the tasks of a job.
const JOBS: Duration = Duration::from_secs(30);
/// What no node is called.
const NOWHERE: &str = "node.id==none";
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Removes every service of the stack, and tells what was there before.
pub(super) async fn services(run: &Run, stack: &StackName) -> Result<Observed, OpError> {
    let observed = run.fresh().await?.stack(stack);
    remove(run, &observed.services.iter().collect::<Vec<_>>(), &observed.tasks).await?;
    Ok(observed)
}

/// Removes services. Engines before version 23 let the tasks of a job run on when it is removed, on whichever node they are, so jobs
/// are sent nowhere first, which ends them.
pub(super) async fn remove(run: &Run, services: &[&Service], tasks: &[Task]) -> Result<(), OpError> {
    let job = |s: &Service| s.spec.mode.replicated_job.is_some() || s.spec.mode.global_job.is_some();
    let busy: Vec<&&Service> = services.iter().filter(|s| job(s) && tasks.iter().any(|t| t.service == s.id && runs(t))).collect();
    for service in &busy {
        let mut spec = service.spec.clone();
        spec.task_template.placement.constraints.push(NOWHERE.to_owned());
        forgiving(run.update_service(&service.id, service.version, &spec).await)?;
    }
    let began = tokio::time::Instant::now();
    while !busy.is_empty() && began.elapsed() < JOBS {
        let swarm = run.fresh().await?;
        if !swarm.tasks.iter().any(|t| busy.iter().any(|s| s.id == t.service) && runs(t)) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    for service in services {
        forgiving(run.remove_service(&service.spec.name, &service.id).await)?;
    }
    Ok(())
}

/// Whether the task is on a node and has not ended.
fn runs(task: &Task) -> bool {
    matches!(task.state.as_str(), "assigned" | "accepted" | "preparing" | "ready" | "starting" | "running")
}

/// Waits until no task and no container of the stack is left. `before` is the stack before its services were removed.
pub(super) async fn wait_until_still(run: &Run, stack: &StackName, before: &Observed) -> Result<(), OpError> {
    let began = tokio::time::Instant::now();
    let mut told = usize::MAX;
    loop {
        let swarm = run.fresh().await?;
        let gone = |state: &str| matches!(state, "shutdown" | "complete" | "failed" | "rejected" | "orphaned" | "remove");
        let tasks = swarm.tasks.iter().filter(|t| before.services.iter().any(|s| s.id == t.service) && !gone(&t.state)).count();
        let left = tasks.max(run.inspect.containers(stack.as_str()).await?.len());
        if left == 0 {
            return Ok(());
        }
        if left != told {
            run.note(&format!("{left} still stopping")).await?;
            told = left;
        }
        if began.elapsed() > PATIENCE {
            let text = format!("{left} tasks did not stop within two minutes; remove the stack again to go on waiting");
            return Err(OpError::stop("failed", text));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Removes the stack's secrets.
pub(super) async fn secrets(run: &Run, stack: &StackName) -> Result<(), OpError> {
    for secret in run.fresh().await?.secrets.iter().filter(|s| belongs(&s.labels, stack)) {
        forgiving(run.remove_secret(&secret.name, &secret.id).await)?;
    }
    Ok(())
}

/// Removes the stack's configs.
pub(super) async fn configs(run: &Run, stack: &StackName) -> Result<(), OpError> {
    for config in run.fresh().await?.configs.iter().filter(|c| belongs(&c.labels, stack)) {
        forgiving(run.remove_config(&config.name, &config.id).await)?;
    }
    Ok(())
}

/// Removes the stack's networks. The engine lets go of a network a moment after its last task, and until then it refuses; once it
/// has let go, nodes go on listing it until their last container is gone.
pub(super) async fn networks(run: &Run, stack: &StackName, wait: Wait) -> Result<(), OpError> {
    let began = tokio::time::Instant::now();
    let mut removed = BTreeSet::new();
    loop {
        let swarm = run.fresh().await?;
        let mine: Vec<_> = swarm.networks.iter().filter(|n| belongs(&n.labels, stack)).collect();
        for network in mine.iter().filter(|n| !removed.contains(&n.id)).collect::<Vec<_>>() {
            match forgiving(run.remove_network(&network.name, &network.id).await) {
                Err(OpError::Engine(EngineError::Refused(_) | EngineError::Conflict(_))) if began.elapsed() < PATIENCE => {}
                Err(other) => return Err(other),
                Ok(()) => drop(removed.insert(network.id.clone())),
            }
        }
        let settled = mine.iter().all(|n| removed.contains(&n.id));
        if mine.is_empty() || (settled && (wait == Wait::NotAtAll || began.elapsed() > PATIENCE)) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// How long a removal takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until the last container has stopped.
    UntilGone,
    /// Until the engine has taken the order.
    NotAtAll,
}

/// Whether anything of the stack is there.
pub(super) async fn is_there(run: &Run, stack: &StackName) -> Result<bool, OpError> {
    let swarm = run.fresh().await?;
    let any = |mut labels: Box<dyn Iterator<Item = &Labels> + '_>| labels.any(|l| belongs(l, stack));
    Ok(any(Box::new(swarm.services.iter().map(|s| &s.spec.labels)))
        || any(Box::new(swarm.networks.iter().map(|n| &n.labels)))
        || any(Box::new(swarm.secrets.iter().map(|s| &s.labels)))
        || any(Box::new(swarm.configs.iter().map(|c| &c.labels))))
}

/// Somebody else may have removed it first, which is as good.
pub(super) fn forgiving(done: Result<(), OpError>) -> Result<(), OpError> {
    match done {
        Err(OpError::Engine(EngineError::NotFound { .. })) => Ok(()),
        other => other,
    }
}

pub(super) fn belongs(labels: &Labels, stack: &StackName) -> bool {
    labels.get(NAMESPACE_LABEL).is_some_and(|l| l == stack.as_str())
}
