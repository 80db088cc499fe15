//! Watches all services of a deploy at once until there is a verdict.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;

use crate::engine::LogWish;
use crate::stack::converge::{Cause, Expected, Outcome, ServiceProgress, Verdict, Watch};
use crate::stack::names::{StackName, descope};
use crate::stack::observed::Observed;

use super::ended::OpError;
use super::run::Run;

/// Lines of a service's log that are kept with the operation.
const LOG_TAIL: u32 = 20;
/// Logs of a node that does not answer are not waited for longer.
const LOG_PATIENCE: Duration = Duration::from_secs(3);
/// A reading that is older than this, in milliseconds, tells nothing about now.
const SILENCE_MS: i64 = 10_000;
/// Readings between two looks at the logs of services that are not up.
const LOG_EVERY: usize = 6;

/// Watches until converged, rolled back, paused, failed or timed out, or until the time is up while things go on well.
pub(super) async fn watch(run: &Run, stack: &StackName, expected: Vec<Expected>, timeout_s: u64) -> Result<Verdict, OpError> {
    let patience_ms = i64::try_from(timeout_s).unwrap_or(i64::MAX / 1000).saturating_mul(1000);
    let ids: BTreeMap<String, String> = expected.iter().map(|e| (e.name.clone(), e.id.clone())).collect();
    let started = run.now();
    let mut watch = Watch::new(expected, started, patience_ms);
    let mut readings = run.feed.subscribe();
    let (mut seen, mut tails, mut away, mut newest) = (BTreeMap::new(), Tails::default(), false, started);
    for round in 1_usize.. {
        let reading = readings.borrow_and_update().clone();
        if let Some(problem) = reading.problem.filter(|_| !away) {
            run.warn(&format!("{problem}; the services go on without it, and so does this watch when it is back")).await?;
            away = true;
        } else if reading.tried_at > newest && reading.swarm.at == reading.tried_at {
            (away, newest) = (false, reading.tried_at);
            let observed = reading.swarm.stack(stack);
            // The reading comes first: it tells whether the engine goes back, and then the old task's health is no news.
            let progress = watch.observe(&observed, run.now());
            probe(run, &mut watch, &observed).await?;
            tell(run, stack, &progress, &mut seen).await?;
            if round % LOG_EVERY == 0 {
                tails
                    .follow(run, stack, &ids, progress.iter().filter(|p| p.running < p.wanted).map(|p| p.service.as_str()))
                    .await?;
            }
        }
        if let Some(verdict) = watch.verdict() {
            tails.follow(run, stack, &ids, verdict.causes.iter().map(|c| c.service.as_str())).await?;
            return Ok(verdict);
        }
        // An engine that is gone for good must not keep the operation for ever, and an old reading proves nothing about now.
        let _changed = tokio::time::timeout(Duration::from_secs(1), readings.changed()).await;
        if (away || run.now() - newest > SILENCE_MS) && run.now() - started > patience_ms {
            return Ok(nobody_knows());
        }
    }
    Err(OpError::stop("failed", "the watch ended without a verdict"))
}

fn nobody_knows() -> Verdict {
    let text =
        "the engine did not answer until the time was up, so nobody knows how the services are; look at the app when it is back";
    let causes = vec![Cause { service: "Docker".to_owned(), text: text.to_owned() }];
    Verdict { outcome: Outcome::TimedOut, causes, unseen: true }
}

/// Asks the health checks of containers that are not up yet. Only this node's containers can be asked.
async fn probe(run: &Run, watch: &mut Watch, observed: &Observed) -> Result<(), OpError> {
    for task in observed.tasks.iter().filter(|t| t.current && matches!(t.state.as_str(), "starting" | "running")) {
        let Some(container) = &task.container else { continue };
        let Some(service) = observed.services.iter().find(|s| s.id == task.service) else { continue };
        // A container that is gone again, or lives elsewhere, has nothing to tell.
        if let Ok(Some(health)) = run.inspect.health(container).await {
            watch.note_health(&service.spec.name, &health);
        }
    }
    Ok(())
}

async fn tell(
    run: &Run,
    stack: &StackName,
    progress: &[ServiceProgress],
    seen: &mut BTreeMap<String, String>,
) -> Result<(), OpError> {
    for one in progress {
        let text = format!("{}/{} {}", one.running, one.wanted, one.note);
        if seen.get(&one.service) != Some(&text) {
            run.progress(descope(stack, &one.service).unwrap_or(&one.service), text.trim_end()).await?;
            seen.insert(one.service.clone(), text);
        }
    }
    Ok(())
}

/// What was kept of each service's log already.
#[derive(Default)]
struct Tails {
    newest: BTreeMap<String, String>,
}

impl Tails {
    async fn follow<'a>(
        &mut self,
        run: &Run,
        stack: &StackName,
        ids: &BTreeMap<String, String>,
        services: impl Iterator<Item = &'a str>,
    ) -> Result<(), OpError> {
        for name in services {
            let Some(id) = ids.get(name) else { continue };
            let wish = LogWish { service: id.clone(), tail: LOG_TAIL, follow: false };
            let lines = async {
                let stream = run.inspect.logs(wish).await.ok()?;
                Some(stream.filter_map(|line| std::future::ready(line.ok())).collect::<Vec<_>>().await)
            };
            let Ok(Some(lines)) = tokio::time::timeout(LOG_PATIENCE, lines).await else { continue };
            let newest = self.newest.entry(name.to_owned()).or_default();
            for line in lines {
                if line.at > *newest {
                    run.log(descope(stack, name).unwrap_or(name), &line.text).await?;
                    newest.clone_from(&line.at);
                }
            }
        }
        Ok(())
    }
}
