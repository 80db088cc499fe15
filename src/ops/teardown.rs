//! Taking a stack away, part by part, and waiting until it is truly gone. Going over it twice does nothing twice.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::engine::{Container, EngineError};
use crate::stack::belongings::owns;
use crate::stack::names::StackName;
use crate::stack::observed::{Observed, Service, Task};
use crate::stack::spec::Labels;

use super::ended::OpError;
use super::run::Run;

/// So long after their grace period tasks may take to stop; longer is a fault.
const PATIENCE: Duration = Duration::from_mins(2);
/// Without waiting, a network is tried for as long as the engine needs to let go of services.
const ONE_TRY: Duration = Duration::from_secs(3);
/// Old engines take a moment to end the tasks of a job.
const JOBS: Duration = Duration::from_secs(30);

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
        match run.send_nowhere(service).await {
            // A job that moves on at this moment is removed as it is.
            Err(OpError::Engine(EngineError::Conflict(_) | EngineError::Refused(_) | EngineError::NotFound { .. })) => {}
            other => other?,
        }
    }
    let began = tokio::time::Instant::now();
    while !busy.is_empty() && began.elapsed() < JOBS {
        let swarm = run.fresh().await?;
        let down = |node: &str| swarm.nodes.iter().any(|n| n.id == node && n.state == "down");
        if !swarm.tasks.iter().any(|t| busy.iter().any(|s| s.id == t.service) && runs(t) && !down(&t.node)) {
            break;
        }
        run.feed.breathe().await;
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
    let grace =
        before.services.iter().filter_map(|s| s.spec.task_template.container_spec.stop_grace_period).max().unwrap_or_default();
    let patience = PATIENCE + Duration::from_nanos(u64::try_from(grace).unwrap_or_default());
    let began = tokio::time::Instant::now();
    let mut told = usize::MAX;
    loop {
        let swarm = run.fresh().await?;
        let gone = |state: &str| matches!(state, "shutdown" | "complete" | "failed" | "rejected" | "orphaned" | "remove");
        // A node that is down tells of no end; its tasks end when it comes back.
        let down = |node: &str| swarm.nodes.iter().any(|n| n.id == node && n.state == "down");
        let mine = |t: &&Task| before.services.iter().any(|s| s.id == t.service);
        let tasks = swarm.tasks.iter().filter(mine).filter(|t| !gone(&t.state) && !down(&t.node)).count();
        let containers = run.inspect.containers(stack.as_str()).await?;
        let left = tasks.max(containers.iter().filter(|c| c.running).count());
        if left == 0 && containers.is_empty() {
            return Ok(());
        }
        if left == 0 {
            sweep(run, &containers).await?;
        }
        if left != told {
            run.note(&format!("{left} still stopping")).await?;
            told = left;
        }
        if began.elapsed() > patience {
            let text =
                format!("{left} tasks did not stop within {} seconds; look at them and remove the rest again", patience.as_secs());
            return Err(OpError::stop("failed", text));
        }
        run.feed.breathe().await;
    }
}

/// Old engines keep the containers of jobs that are done, and those hold volumes. The engine may be removing one at this moment.
async fn sweep(run: &Run, containers: &[Container]) -> Result<(), OpError> {
    for container in containers {
        match forgiving(run.remove_container(&container.id).await) {
            Err(OpError::Engine(EngineError::Conflict(_) | EngineError::Refused(_))) => {}
            other => other?,
        }
    }
    Ok(())
}

/// Removes the stack's secrets. What can't be removed is told and keeps nothing else from going.
pub(super) async fn secrets(run: &Run, stack: &StackName, kept: &mut Kept) -> Result<(), OpError> {
    for secret in run.fresh().await?.secrets.iter().filter(|s| owns(stack, &s.name, &s.labels)) {
        kept.unless(&format!("the secret {}", secret.name), run.remove_secret(&secret.name, &secret.id).await)?;
    }
    Ok(())
}

/// Removes the stack's configs, likewise.
pub(super) async fn configs(run: &Run, stack: &StackName, kept: &mut Kept) -> Result<(), OpError> {
    for config in run.fresh().await?.configs.iter().filter(|c| owns(stack, &c.name, &c.labels)) {
        kept.unless(&format!("the config {}", config.name), run.remove_config(&config.name, &config.id).await)?;
    }
    Ok(())
}

/// What could not be removed.
#[derive(Default)]
pub(super) struct Kept {
    what: Vec<String>,
}

impl Kept {
    /// Notes what the engine refused to remove. A lost engine is an error at once.
    pub(super) fn unless(&mut self, what: &str, removed: Result<(), OpError>) -> Result<(), OpError> {
        match forgiving(removed) {
            Err(OpError::Engine(EngineError::Conflict(why) | EngineError::Refused(why))) => {
                self.what.push(format!("{what} ({why})"));
                Ok(())
            }
            other => other,
        }
    }

    /// Everything went, or it is an error that names what did not.
    pub(super) fn nothing(self) -> Result<(), OpError> {
        if self.what.is_empty() {
            return Ok(());
        }
        let text = format!("not everything could be removed: {}; free it and remove the rest again", self.what.join(", "));
        Err(OpError::stop("failed", text))
    }
}

/// Removes the stack's networks. The engine lets go of a network a moment after its last task, and until then it refuses; once it
/// has let go, nodes go on listing it until their last container is gone.
pub(super) async fn networks(run: &Run, stack: &StackName, wait: Wait, kept: &mut Kept) -> Result<(), OpError> {
    let patience = if wait == Wait::NotAtAll { ONE_TRY } else { PATIENCE };
    let began = tokio::time::Instant::now();
    let mut removed = BTreeSet::new();
    loop {
        let swarm = run.fresh().await?;
        let mine: Vec<_> = swarm.networks.iter().filter(|n| owns(stack, &n.name, &n.labels)).collect();
        let late = began.elapsed() > patience;
        for network in mine.iter().filter(|n| !removed.contains(&n.id)).collect::<Vec<_>>() {
            match forgiving(run.remove_network(&network.name, &network.id).await) {
                Err(OpError::Engine(EngineError::Refused(_) | EngineError::Conflict(_))) if !late => {}
                other => {
                    kept.unless(&format!("the network {}", network.name), other)?;
                    removed.insert(network.id.clone());
                }
            }
        }
        let settled = mine.iter().all(|n| removed.contains(&n.id));
        if settled && late && wait == Wait::UntilGone {
            kept.what.extend(mine.iter().map(|n| format!("the network {} (a node still lists it)", n.name)));
        }
        if mine.is_empty() || (settled && (wait == Wait::NotAtAll || late)) {
            return Ok(());
        }
        run.feed.breathe().await;
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
    let mine = |(name, labels): (&String, &Labels)| owns(stack, name, labels);
    Ok(swarm.services.iter().map(|s| (&s.spec.name, &s.spec.labels)).any(mine)
        || swarm.networks.iter().map(|n| (&n.name, &n.labels)).any(mine)
        || swarm.secrets.iter().map(|s| (&s.name, &s.labels)).any(mine)
        || swarm.configs.iter().map(|c| (&c.name, &c.labels)).any(mine))
}

/// Somebody else may have removed it first, which is as good.
pub(super) fn forgiving(done: Result<(), OpError>) -> Result<(), OpError> {
    match done {
        Err(OpError::Engine(EngineError::NotFound { .. })) => Ok(()),
        other => other,
    }
}
