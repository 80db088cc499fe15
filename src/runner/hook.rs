//! A hook, run in the container of its service on this node.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{HookOrder, HookReport, Node};
use crate::engine::{ExecPiece, ExecWish};

/// Bytes that are kept of what a hook writes: the end of it.
const TAIL: usize = 64 * 1024;
const HIDDEN: &str = "••••••••";

/// Why a hook counts as failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("no container of {0} runs on this node")]
    NoContainer(String),
    #[error("the container has no shell: {0}")]
    NoShell(String),
    #[error("it ended with exit code {0}")]
    Code(i64),
    #[error("it did not end within {0} seconds")]
    TooLong(u64),
    #[error("the run was cancelled")]
    Cancelled,
    #[error("the Docker engine lost it: {0}")]
    Lost(String),
}

/// Runs it. A container can't be told to end what runs in it beside its own program, so a hook that takes too long goes on there, and the
/// report says so.
pub(super) async fn run(node: &Node, hook: &HookOrder, hidden: &[String], before: bool, cancel: &CancellationToken) -> HookReport {
    let began = Instant::now();
    let mut tail = Vec::new();
    let ended = call(node, hook, &mut tail, cancel).await;
    let said = String::from_utf8_lossy(&tail);
    let output = hidden.iter().filter(|text| !text.is_empty()).fold(said.into_owned(), |all, text| all.replace(text, HIDDEN));
    let (code, fault) = match ended {
        Ok(()) => (Some(0), String::new()),
        Err(failure) => (if let Failure::Code(code) = failure { Some(code) } else { None }, failure.to_string()),
    };
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    HookReport { service: hook.service.clone(), before, code, fault, output, milliseconds }
}

async fn call(node: &Node, hook: &HookOrder, tail: &mut Vec<u8>, cancel: &CancellationToken) -> Result<(), Failure> {
    let lost = |error: crate::engine::EngineError| Failure::Lost(error.to_string());
    let container = node.inspect.container_of(&hook.service).await.map_err(lost)?;
    let container = container.ok_or_else(|| Failure::NoContainer(hook.service.clone()))?;
    let command = ["sh", "-c", &hook.command].map(str::to_owned).to_vec();
    let wish = ExecWish { command, ..ExecWish::default() };
    let mut pieces = node.exec.exec(&container, &wish).await.map_err(lost)?;
    let limit = tokio::time::sleep(Duration::from_secs(hook.limit_s));
    tokio::pin!(limit);
    loop {
        let piece = tokio::select! {
            piece = pieces.next() => piece,
            () = &mut limit => return Err(Failure::TooLong(hook.limit_s)),
            () = cancel.cancelled() => return Err(Failure::Cancelled),
        };
        match piece {
            Some(Ok(ExecPiece::Output { bytes, .. })) => {
                tail.extend(bytes);
                // Not at each piece: moving the rest to the front costs as much as the rest is long.
                if tail.len() > 2 * TAIL {
                    tail.drain(..tail.len() - TAIL);
                }
            }
            Some(Ok(ExecPiece::Exit(0))) => break,
            Some(Ok(ExecPiece::Exit(126 | 127))) if has_no_shell(tail) => {
                return Err(Failure::NoShell(String::from_utf8_lossy(tail).trim().chars().take(200).collect()));
            }
            Some(Ok(ExecPiece::Exit(code))) => {
                keep_tail(tail);
                return Err(Failure::Code(code));
            }
            Some(Err(error)) => return Err(lost(error)),
            None => return Err(Failure::Lost("it told no exit code".to_owned())),
        }
    }
    keep_tail(tail);
    Ok(())
}

fn keep_tail(tail: &mut Vec<u8>) {
    tail.drain(..tail.len().saturating_sub(TAIL));
}

/// The engine's own words, where the program that was to be begun is not there.
fn has_no_shell(said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said);
    said.contains("executable file") && said.contains("not found")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::fake::FakeEngine;
    use crate::engine::{Inspect as _, Mutate as _};
    use crate::stack::spec::{ContainerSpec, Replicated, ServiceMode, ServiceSpec, TaskSpec};

    /// A node on which the service `shop_db` runs.
    async fn node() -> (FakeEngine, Node) {
        let engine = FakeEngine::new();
        let spec = ServiceSpec {
            name: "shop_db".to_owned(),
            task_template: TaskSpec {
                container_spec: ContainerSpec { image: "registry.example.org/postgres:17".to_owned(), ..ContainerSpec::default() },
                ..TaskSpec::default()
            },
            mode: ServiceMode { replicated: Some(Replicated { replicas: Some(1) }), ..ServiceMode::default() },
            ..ServiceSpec::default()
        };
        engine.create_service(&spec, None).await.unwrap();
        // Each reading moves its task a step.
        while engine.container_of("shop_db").await.unwrap().is_none() {
            engine.swarm().await.unwrap();
        }
        let node = Node::new(Arc::new(engine.clone()));
        (engine, node)
    }

    async fn told(node: &Node, service: &str, command: &str) -> HookReport {
        let hook = HookOrder { service: service.to_owned(), command: command.to_owned(), limit_s: 1 };
        run(node, &hook, &["swordfish".to_owned(), String::new()], true, &CancellationToken::new()).await
    }

    #[tokio::test]
    async fn a_hook_ends_well_or_with_its_code_and_shows_no_secret() {
        let (_engine, node) = node().await;
        let well = told(&node, "shop_db", "echo dumped with swordfish").await;
        assert_eq!((well.code, well.fault.as_str(), well.output.as_str()), (Some(0), "", "dumped with ••••••••\n"));
        let badly = told(&node, "shop_db", "echo no space; exit 3").await;
        assert_eq!((badly.code, badly.fault.as_str(), badly.output.as_str()), (Some(3), "it ended with exit code 3", "no space\n"));
    }

    #[tokio::test]
    async fn a_hook_without_a_container_or_a_shell_says_which_is_missing() {
        let (engine, node) = node().await;
        let nowhere = told(&node, "shop_cache", "true").await;
        assert_eq!((nowhere.code, nowhere.fault.as_str()), (None, "no container of shop_cache runs on this node"));
        engine.shells(&[]);
        let bare = told(&node, "shop_db", "true").await;
        assert!(bare.code.is_none() && bare.fault.starts_with("the container has no shell: "), "{}", bare.fault);
    }

    #[tokio::test]
    async fn a_hook_that_hangs_is_given_up_and_one_that_is_cancelled_ends_at_once() {
        let (_engine, node) = node().await;
        let hangs = told(&node, "shop_db", "echo begun; sleep 1000").await;
        assert_eq!((hangs.code, hangs.fault.as_str(), hangs.output.as_str()), (None, "it did not end within 1 seconds", "begun\n"));
        let cancelled = CancellationToken::new();
        cancelled.cancel();
        let hook = HookOrder { service: "shop_db".to_owned(), command: "sleep 1000".to_owned(), limit_s: 3600 };
        assert_eq!(run(&node, &hook, &[], true, &cancelled).await.fault, "the run was cancelled");
    }

    #[tokio::test]
    async fn of_ten_megabytes_only_the_end_is_kept() {
        let (_engine, node) = node().await;
        let line = "x".repeat(1_000_000);
        let talk = format!("{}echo the end; exit 1", format!("echo {line};").repeat(10));
        let told = told(&node, "shop_db", &talk).await;
        assert_eq!((told.code, told.output.len()), (Some(1), TAIL));
        assert!(told.output.ends_with("x\nthe end\n"));
    }
}
