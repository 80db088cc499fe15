//! Stopping services, and giving them back the tasks that they had.

use std::time::Duration;

use crate::access::Grant;
use crate::access::action::Conclude;
use crate::backup::restore::Tasks;
use crate::engine::EngineError;
use crate::ops::apply::{Leftovers, Target};
use crate::ops::ended::OpError;
use crate::ops::run::{NOWHERE, Run};
use crate::ops::{apply, check, deployed, watching};
use crate::stack::desired::Desired;
use crate::stack::names::{StackName, descope, scope};
use crate::stack::observed::{Observed, Task};
use crate::stack::running::{only, running};

/// A service that is changed by somebody else at the same moment is read again, so often at most.
const TRIES: usize = 5;
/// So long after their grace period tasks may take to end.
const PATIENCE: Duration = Duration::from_mins(2);

/// Ends all tasks of these services (short names), and waits until the last one has ended.
pub(super) async fn stop(run: &Run, stack: &StackName, names: &[String]) -> Result<(), OpError> {
    let fulls: Vec<String> = names.iter().map(|name| scope(stack, name)).collect();
    for full in &fulls {
        for round in 1.. {
            let swarm = run.fresh().await?;
            let Some(service) = swarm.services.iter().find(|service| service.spec.name == *full) else { break };
            match run.stop_service(service).await {
                Err(OpError::Engine(EngineError::Conflict(_))) if round < TRIES => run.feed.breathe().await,
                other => {
                    other?;
                    break;
                }
            }
        }
    }
    let began = tokio::time::Instant::now();
    loop {
        let observed = run.fresh().await?.stack(stack);
        let left: Vec<&str> = fulls.iter().filter(|full| runs(&observed, full)).map(String::as_str).collect();
        if left.is_empty() {
            return Ok(());
        }
        if began.elapsed() > PATIENCE + grace(&observed) {
            return Err(OpError::stop("failed", format!("{} did not stop, so no file was touched", left.join(", "))));
        }
        run.feed.breathe().await;
    }
}

/// Gives these services (short names) the tasks that they had, and waits until they are up.
pub(super) async fn start(
    may: &Grant<Conclude>,
    run: &Run,
    stack: &StackName,
    noted: &[(String, Tasks)],
    timeout_s: u64,
) -> Result<(), OpError> {
    let observed = run.fresh().await?.stack(stack);
    let desired = standing(stack, &observed, noted);
    if desired.services.is_empty() {
        return Ok(());
    }
    let pass = check::pass_back(may, &desired, &observed)?;
    let target = Target { desired: &desired, secrets: &[], leftovers: Leftovers::Keep };
    let expected = apply::apply(run, &pass, &target, &observed).await?;
    let verdict = watching::watch(run, stack, expected, timeout_s).await?;
    let ended = deployed::judged(stack, &verdict);
    if ended.reached {
        return Ok(());
    }
    Err(OpError::stop("failed", format!("not everything came up again ({}): {}", ended.outcome, ended.cause)))
}

/// The services as they are, but with the tasks that they had.
fn standing(stack: &StackName, observed: &Observed, noted: &[(String, Tasks)]) -> Desired {
    let names: Vec<String> = noted.iter().map(|(name, _)| scope(stack, name)).collect();
    let mut desired = only(running(stack, observed, None), &names);
    for spec in &mut desired.services {
        let short = descope(stack, &spec.name).unwrap_or(&spec.name);
        let tasks = noted.iter().find(|(name, _)| name == short).map(|(_, tasks)| *tasks);
        if let (Some(Tasks::Replicated(number)), Some(replicated)) = (tasks, &mut spec.mode.replicated) {
            replicated.replicas = Some(number);
        }
        spec.task_template.placement.constraints.retain(|one| one != NOWHERE);
    }
    desired
}

fn runs(observed: &Observed, full: &str) -> bool {
    let id = observed.services.iter().find(|service| service.spec.name == *full).map(|service| service.id.as_str());
    let down = |node: &str| observed.nodes.iter().any(|known| known.id == node && known.state == "down");
    let busy = |task: &&Task| {
        matches!(task.state.as_str(), "assigned" | "accepted" | "preparing" | "ready" | "starting" | "running") && !down(&task.node)
    };
    observed.tasks.iter().filter(|task| Some(task.service.as_str()) == id).any(|task| busy(&task))
}

fn grace(observed: &Observed) -> Duration {
    let longest = observed.services.iter().filter_map(|s| s.spec.task_template.container_spec.stop_grace_period).max();
    Duration::from_nanos(u64::try_from(longest.unwrap_or_default()).unwrap_or_default())
}
