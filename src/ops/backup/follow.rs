//! Follows a runner by its log and its task.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::engine::LogWish;
use crate::ops::ended::OpError;
use crate::ops::run::Run;
use crate::runner::{HookReport, Outcome, Report, Stored};
use crate::stack::observed::{Swarm, Task};

/// A task that no node takes in this time is given up.
const PLACING: Duration = Duration::from_mins(2);
/// Between two looks at the task.
const LOOK: Duration = Duration::from_secs(2);
/// Once the task has ended, its last lines may still be on their way.
const LAST_LINES: Duration = Duration::from_secs(10);
/// Lines that are kept of what a hook wrote.
const LINES: usize = 200;

/// What a runner told in the end.
pub(in crate::ops) struct Told {
    pub(in crate::ops) outcome: Outcome,
    pub(in crate::ops) cause: String,
    pub(super) stored: Option<Stored>,
    pub(super) warnings: i32,
}

/// Until its last line, or until its task has ended without one. Somebody who cancels has the service removed, which ends it in order.
pub(in crate::ops) async fn follow(run: &Run, service: &str, cancel: &CancellationToken) -> Result<Told, OpError> {
    let mut reading = Reading { run, warnings: 0, told: None };
    let began = Instant::now();
    // An old engine sends no line of a service before one of its tasks has begun.
    let mut lines = None;
    let mut ended: Option<(Instant, String)> = None;
    loop {
        if lines.is_none() {
            let wish = LogWish { service: service.to_owned(), tail: u32::MAX >> 1, follow: true };
            lines = run.inspect.logs(wish).await.ok();
        }
        let next = async {
            match &mut lines {
                Some(stream) => stream.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            line = next => if let Some(Ok(line)) = line {
                reading.take(&line.text, line.stderr).await?;
            } else {
                lines = None;
                tokio::time::sleep(LOOK).await;
            },
            () = cancel.cancelled() => {
                return Ok(Told { outcome: Outcome::Cancelled, cause: "somebody stopped it".to_owned(), stored: None, warnings: reading.warnings });
            }
            () = tokio::time::sleep(LOOK) => {}
        }
        if let Some(told) = reading.told.take() {
            return Ok(told);
        }
        if let Some((since, why)) = &ended {
            if since.elapsed() >= LAST_LINES {
                return Err(OpError::stop("failed", why.clone()));
            }
            continue;
        }
        let swarm = run.fresh().await?;
        if let Some(why) = over(&swarm, service, began) {
            ended = Some((Instant::now(), why));
        }
    }
}

/// Why nothing more is to be expected of it; `None` while it works.
fn over(swarm: &Swarm, service: &str, began: Instant) -> Option<String> {
    let newest = |tasks: &mut dyn Iterator<Item = &Task>| tasks.max_by_key(|task| task.created).cloned();
    let Some(task) = newest(&mut swarm.tasks.iter().filter(|task| task.service == service)) else {
        let there = swarm.services.iter().any(|s| s.id == service);
        return (!there || began.elapsed() > PLACING).then(|| "the runner's service is gone, and it told no end".to_owned());
    };
    let said = if task.error.is_empty() { &task.message } else { &task.error };
    let node = swarm.nodes.iter().find(|node| node.id == task.node);
    match task.state.as_str() {
        "complete" | "shutdown" | "remove" | "orphaned" => Some(format!("the runner ended without a result ({})", task.state)),
        "failed" => Some(format!("the runner failed: {said}, exit code {}", task.exit_code.unwrap_or(-1))),
        "rejected" => Some(format!("the node could not begin the runner: {said}")),
        "new" | "allocated" | "pending" if began.elapsed() > PLACING => Some(format!("no node takes the runner: {said}")),
        _ => node
            .filter(|node| node.state == "down")
            .map(|node| format!("the node {} is down; what became of the runner can't be told", node.hostname)),
    }
}

struct Reading<'a> {
    run: &'a Run,
    warnings: i32,
    told: Option<Told>,
}

impl Reading<'_> {
    async fn take(&mut self, line: &str, stderr: bool) -> Result<(), OpError> {
        match Report::read(line) {
            Some(Report::Step { name }) => self.run.note(&name).await,
            Some(Report::Progress { files, files_total, bytes, bytes_total }) => {
                self.run.progress("files", &progress(files, files_total, bytes, bytes_total)).await
            }
            Some(Report::Hook(hook)) => self.hook(hook).await,
            Some(Report::Warning { text }) => {
                self.warnings += 1;
                self.run.warn(&text).await
            }
            Some(Report::Done { outcome, cause, stored }) => {
                self.told = Some(Told { outcome, cause, stored, warnings: self.warnings });
                Ok(())
            }
            // What a program says that could not be begun, or that came to its end in a way that nobody foresaw.
            None => self.run.output(stderr, line).await,
        }
    }

    async fn hook(&mut self, hook: HookReport) -> Result<(), OpError> {
        let when = if hook.before { "before" } else { "after" };
        let took = Duration::from_millis(hook.milliseconds).as_secs_f32();
        if hook.fault.is_empty() {
            self.run.note(&format!("hook {when} of {}: done in {took:.1} s", hook.service)).await?;
        } else {
            self.warnings += 1;
            self.run.warn(&format!("hook {when} of {}: {}", hook.service, hook.fault)).await?;
        }
        let lines: Vec<&str> = hook.output.lines().collect();
        let from = lines.len().saturating_sub(LINES);
        if from > 0 {
            self.run.gap(from).await?;
        }
        for line in lines.get(from..).unwrap_or_default() {
            self.run.output(false, line).await?;
        }
        Ok(())
    }
}

fn progress(files: u64, files_total: u64, bytes: u64, bytes_total: u64) -> String {
    let mb = |bytes: u64| bytes / 1_000_000;
    if files_total == 0 {
        return format!("{files} files, {} MB; counting", mb(bytes));
    }
    format!("{files} of {files_total} files, {} of {} MB", mb(bytes), mb(bytes_total))
}
