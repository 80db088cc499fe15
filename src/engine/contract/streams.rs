//! Log lines and events.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use super::Bench;
use crate::engine::{EngineError, LogLine, LogPart, LogSource, LogWish, NewSecret, Result};
use crate::logs::{LINE_LIMIT, Line, Piece};

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

fn part(source: LogSource, tail: Option<u32>) -> LogPart {
    LogPart { source, tail, since: None, follow: false, line_limit: LINE_LIMIT }
}

async fn read(b: &Bench<'_>, part: LogPart) -> Vec<Line> {
    let pieces: Vec<_> = b.inspect.log(part).await.unwrap().collect().await;
    let line = |piece| if let Ok(Piece::Line(line)) = piece { line } else { panic!("{piece:?}") };
    pieces.into_iter().map(line).collect()
}

pub(super) async fn a_log_tells_service_task_and_node(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "echo one; echo two >&2")).await;
    let task = b.running(&id, 1).await.remove(0);
    at_least(&b, &id, 2).await;
    let mut lines = read(&b, part(LogSource::Service(id.clone()), None)).await;
    lines.sort_by_key(|line| line.stderr);
    let told: Vec<_> = lines.iter().map(|l| (l.text.as_str(), l.stderr, l.cut)).collect();
    assert_eq!(told, [("one", false, false), ("two", true, false)]);
    assert!(lines.iter().all(|l| l.at > 0 && (&l.service, &l.task, &l.node) == (&id, &task.id, &task.node)), "{lines:?}");
    let mut alone = read(&b, part(LogSource::Task(task.id), None)).await;
    alone.sort_by_key(|line| line.stderr);
    assert_eq!(alone, lines);
}

pub(super) async fn each_task_has_its_own_last_lines(b: Bench<'_>, stack: &str) {
    let mut spec = b.sleeper(stack, "echo one; echo two");
    spec.mode = super::replicas(2);
    let id = b.create(&spec).await;
    b.running(&id, 2).await;
    at_least(&b, &id, 4).await;
    let lines = read(&b, part(LogSource::Service(id), Some(1))).await;
    assert_eq!(lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>(), ["two", "two"]);
    assert_ne!(lines[0].task, lines[1].task);
}

pub(super) async fn a_log_begins_at_a_time(b: Bench<'_>, stack: &str) {
    let id = b.create(&b.sleeper(stack, "echo one")).await;
    let at = at_least(&b, &id, 1).await[0].at.parse::<jiff::Timestamp>().unwrap().as_nanosecond();
    let since = |since| LogPart { since: i64::try_from(since).ok(), ..part(LogSource::Service(id.clone()), None) };
    assert_eq!(read(&b, since(at)).await.len(), 1);
    assert_eq!(read(&b, since(at + 1)).await.len(), 0);
}

pub(super) async fn a_log_of_nothing_is_not_found(b: Bench<'_>, stack: &str) {
    for source in [LogSource::Service(stack.to_owned()), LogSource::Task(stack.to_owned())] {
        let log = b.inspect.log(part(source, None)).await.map(|_| ());
        assert!(matches!(&log, Err(EngineError::NotFound { what }) if what.contains(stack)), "{log:?}");
    }
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
