//! Logs of the Swarm in memory. Lines go through the engine's own framing, so that pages meet what a real engine sends.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

use super::FakeEngine;
use super::inspect::hear;
use super::state::State;
use crate::engine::{EngineError, LogLine, LogPart, LogSource, Result};
use crate::logs::{Decoder, Nanos, Piece};

impl FakeEngine {
    /// Lets the task write a line at a time of the test's choice.
    pub fn log_at(&self, task: &str, at: Nanos, stderr: bool, text: &str) {
        let mut state = self.lock();
        let State { services, lines, .. } = &mut *state;
        let Some(service) = services.values_mut().find(|s| s.tasks.iter().any(|t| t.task.id == task)) else { return };
        let at = jiff::Timestamp::from_nanosecond(at.into()).map(|t| format!("{t:.9}")).unwrap_or_default();
        let line = LogLine { at, task: task.to_owned(), stderr, text: text.to_owned() };
        service.lines.push(line.clone());
        // Nobody may be listening.
        let _ = lines.send((service.service.id.clone(), line));
    }

    /// Streams of log lines that somebody reads now.
    pub fn log_readers(&self) -> usize {
        Arc::strong_count(&self.lock().readers) - 1
    }

    pub(super) fn log_stream(&self, part: &LogPart) -> Result<BoxStream<'static, Result<Piece>>> {
        let state = self.enter("log")?;
        let (kind, id) = match &part.source {
            LogSource::Service(id) => ("service", id),
            LogSource::Task(id) => ("task", id),
        };
        let mut services = state.services.values();
        let service = services.find(|s| s.service.id == *id || s.tasks.iter().any(|t| t.task.id == *id));
        let service = service.ok_or_else(|| EngineError::NotFound { what: format!("{kind} {id}") })?;
        let task = (kind == "task").then(|| id.clone());
        let nodes: BTreeMap<String, String> = service.tasks.iter().map(|t| (t.task.id.clone(), t.task.node.clone())).collect();
        let gone = |line: &LogLine| {
            let node = nodes.get(&line.task)?;
            state.nodes.iter().find(|n| n.id == *node && n.state != "ready").map(|n| n.id.clone())
        };
        let since = part.since.and_then(|at| jiff::Timestamp::from_nanosecond(at.into()).ok());
        let wanted: Vec<&LogLine> = service
            .lines
            .iter()
            .filter(|l| task.as_ref().is_none_or(|task| l.task == *task))
            .filter(|l| since.is_none_or(|since| l.at.parse::<jiff::Timestamp>().is_ok_and(|at| at >= since)))
            .collect();
        let mut missing: Vec<String> = wanted.iter().filter_map(|l| gone(l)).collect();
        missing.dedup();
        let notices = missing.into_iter().map(|node| framed(3, &format!("Error grabbing logs: node {node} is not available\n")));
        let there: Vec<&LogLine> = wanted.into_iter().filter(|l| gone(l).is_none()).collect();
        let id = service.service.id.clone();
        let bytes: Vec<Vec<u8>> =
            tail(&there, part.tail).into_iter().map(|l| sent(l, &id, nodes.get(&l.task))).chain(notices).collect();
        let limit = part.line_limit;
        let decoded = move |bytes: Vec<u8>| stream::iter(Decoder::new(limit).push(&bytes).into_iter().map(Ok));
        let written = stream::iter(bytes);
        let reader = Arc::clone(&state.readers);
        if !part.follow {
            return Ok(written.flat_map(decoded).map(move |piece| counted(&reader, piece)).boxed());
        }
        let coming = hear(state.lines.subscribe()).filter_map(move |(service, line)| {
            let ours = service == id && task.as_ref().is_none_or(|task| line.task == *task);
            ready(ours.then(|| sent(&line, &service, nodes.get(&line.task))))
        });
        Ok(written.chain(coming).flat_map(decoded).map(move |piece| counted(&reader, piece)).boxed())
    }
}

/// A stream owns its share in the count of readers.
fn counted<T>(_reader: &Arc<()>, piece: T) -> T {
    piece
}

/// The last lines of each task.
fn tail<'a>(lines: &[&'a LogLine], most: Option<u32>) -> Vec<&'a LogLine> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut kept: Vec<&LogLine> = lines
        .iter()
        .rev()
        .filter(|l| {
            let count = seen.entry(&l.task).or_default();
            *count += 1;
            most.is_none_or(|most| *count <= most)
        })
        .copied()
        .collect();
    kept.reverse();
    kept
}

fn sent(line: &LogLine, service: &str, node: Option<&String>) -> Vec<u8> {
    let LogLine { at, task, stderr, text } = line;
    let ids = [("node", node.map_or("", String::as_str)), ("service", service), ("task", task)];
    let details = ids.map(|(kind, id)| format!("com.docker.swarm.{kind}.id={id}")).join(",");
    framed(if *stderr { 2 } else { 1 }, &format!("{at} {details} {text}\n"))
}

fn framed(source: u8, text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[source, 0, 0, 0], length.as_slice(), text.as_bytes()].concat()
}
