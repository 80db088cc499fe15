//! Log lines and events.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use super::Bench;
use crate::engine::{EngineError, LogLine, LogWish, NewSecret, Result};

/// A stream that brings nothing for so long will bring nothing.
const PATIENCE: Duration = Duration::from_mins(1);

async fn next<T>(stream: &mut BoxStream<'static, Result<T>>) -> T {
    let next = tokio::time::timeout(PATIENCE, stream.next()).await.expect("something comes in time");
    next.expect("the stream goes on").expect("the stream is whole")
}

async fn written(b: &Bench<'_>, service: &str, tail: u32) -> Vec<LogLine> {
    let wish = LogWish { service: service.to_owned(), tail, follow: false };
    let lines: Vec<_> = b.inspect.logs(wish).await.unwrap().collect().await;
    lines.into_iter().map(|line| line.expect("a line")).collect()
}

/// Lines reach the engine's log a moment after the task runs.
async fn at_least(b: &Bench<'_>, service: &str, count: usize) -> Vec<LogLine> {
    for _ in 0..b.patience {
        let lines = written(b, service, 100).await;
        if lines.len() >= count {
            return lines;
        }
        tokio::time::sleep(b.pace).await;
    }
    panic!("the lines did not come");
}

pub(super) async fn lines_are_read_with_their_task(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "echo one; echo two >&2")).await;
    let task = b.running(&id, 1).await.remove(0);
    let mut lines = at_least(&b, &id, 2).await;
    lines.sort_by_key(|line| line.stderr);
    let told: Vec<_> = lines.iter().map(|l| (l.text.as_str(), l.stderr, l.task.as_str())).collect();
    assert_eq!(told, [("one", false, task.id.as_str()), ("two", true, task.id.as_str())]);
    assert!(lines.iter().all(|l| l.at.parse::<jiff::Timestamp>().is_ok()), "{lines:?}");
}

pub(super) async fn only_the_last_lines_are_read(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "echo one; echo two; echo three")).await;
    at_least(&b, &id, 3).await;
    let texts: Vec<String> = written(&b, &id, 2).await.into_iter().map(|l| l.text).collect();
    assert_eq!(texts, ["two", "three"]);
}

/// The stream is opened before anything is written.
pub(super) async fn new_lines_follow(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "echo hello");
    spec.mode = super::replicas(0);
    let id = b.create(&spec).await;
    let mut lines = b.inspect.logs(LogWish { service: id.clone(), tail: 10, follow: true }).await.unwrap();
    let service = b.service(&id).await;
    spec.mode = super::replicas(1);
    b.mutate.update_service(&id, service.version, &spec, None).await.unwrap();
    b.running(&id, 1).await;
    assert_eq!(next(&mut lines).await.text, "hello");
}

pub(super) async fn lines_of_a_missing_service_are_not_found(b: Bench<'_>, stack: &str) {
    let wish = LogWish { service: stack.to_owned(), tail: 1, follow: false };
    let lines = b.inspect.logs(wish).await.map(|_| ());
    assert!(matches!(&lines, Err(EngineError::NotFound { what }) if what.contains(stack)), "{lines:?}");
}

pub(super) async fn changes_are_told(b: Bench<'_>, stack: &str) {
    let mut events = b.inspect.events().await.unwrap();
    let secret = b.mutate.create_secret(NewSecret::plain(stack, &super::labels(stack), b"1")).await.unwrap();
    let service = b.create(&b.sleeper(stack, "true")).await;
    b.mutate.remove_service(&service).await.unwrap();
    let mut awaited = vec![("secret", "create", &secret), ("service", "create", &service), ("service", "remove", &service)];
    while !awaited.is_empty() {
        let event = next(&mut events).await;
        awaited.retain(|(kind, action, id)| (event.kind.as_str(), event.action.as_str(), &event.id) != (*kind, *action, *id));
    }
}
