//! The newest lines that fit a filter, however long the logs are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{self, select_all};
use tokio::time::{Instant, timeout_at};

use crate::engine::{EngineError, Inspect, LogPart, LogSource};
use crate::logs::merge::Newest;
use crate::logs::text::plain;
use crate::logs::{Cursor, Filter, LINE_LIMIT, Line, Piece};

/// Lines on a page.
pub(super) const PAGE: usize = 200;
/// Last lines of each task that are looked at: more and more, until a page is full.
const TAILS: [u32; 3] = [200, 4_000, 80_000];
/// Logs that are asked for at once.
const AT_ONCE: usize = 8;
/// So much silence is the end.
const SILENCE: Duration = Duration::from_secs(3);
/// Nobody waits longer for a page.
const PATIENCE: Duration = Duration::from_secs(8);

/// One page of lines.
#[derive(Default)]
pub(super) struct Reading {
    /// Oldest first.
    pub(super) lines: Vec<Line>,
    /// There may be older ones.
    pub(super) older: bool,
    /// How far the logs were read, filter or not.
    pub(super) cursor: Cursor,
    /// Why lines may be missing.
    pub(super) notes: BTreeSet<String>,
}

/// Reads until a page is full or the logs are at their beginning. An error only if the engine is lost.
pub(super) async fn read(inspect: &dyn Inspect, sources: &[LogSource], filter: &Filter) -> Result<Reading, EngineError> {
    let deadline = Instant::now() + PATIENCE;
    let mut reading = Reading::default();
    for tail in TAILS {
        let scan = scan(inspect, sources, filter, tail, deadline).await?;
        let enough = scan.newest.len() >= PAGE || scan.late || scan.written.values().all(|lines| *lines < tail);
        reading = scan.into();
        if enough {
            break;
        }
    }
    Ok(reading)
}

struct Scan {
    newest: Newest<Line>,
    cursor: Cursor,
    notes: BTreeSet<String>,
    /// Lines of each task that passed by.
    written: BTreeMap<String, u32>,
    tail: u32,
    late: bool,
}

async fn scan(
    inspect: &dyn Inspect,
    sources: &[LogSource],
    filter: &Filter,
    tail: u32,
    deadline: Instant,
) -> Result<Scan, EngineError> {
    let (newest, cursor, notes, written) = (Newest::new(PAGE), Cursor::default(), BTreeSet::new(), BTreeMap::new());
    let mut scan = Scan { newest, cursor, notes, written, tail, late: false };
    let part = |source: &LogSource| LogPart {
        source: source.clone(),
        tail: Some(tail),
        since: filter.since,
        follow: false,
        line_limit: LINE_LIMIT,
    };
    let parts: Vec<LogPart> = sources.iter().map(part).collect();
    let mut opening = stream::iter(parts).map(|part| inspect.log(part)).buffer_unordered(AT_ONCE);
    let mut logs = vec![];
    while let Some(opened) = opening.next().await {
        match opened {
            Ok(log) => logs.push(log),
            // A service or task that has just gone has no log any more.
            Err(EngineError::NotFound { .. }) => {}
            Err(lost @ EngineError::Unreachable(_)) => return Err(lost),
            Err(other) => scan.note(&other.to_string()),
        }
    }
    let mut pieces = select_all(logs);
    loop {
        match timeout_at(deadline.min(Instant::now() + SILENCE), pieces.next()).await {
            Ok(None) => return Ok(scan),
            Ok(Some(Ok(Piece::Line(line)))) => scan.take(line, filter),
            Ok(Some(Ok(Piece::Notice(text)))) => scan.note(&text),
            Ok(Some(Err(lost @ EngineError::Unreachable(_)))) => return Err(lost),
            Ok(Some(Err(other))) => scan.note(&other.to_string()),
            Err(_late) => {
                scan.late = true;
                return Ok(scan);
            }
        }
    }
}

impl Scan {
    fn take(&mut self, line: Line, filter: &Filter) {
        self.cursor.note(&line);
        *self.written.entry(line.task.clone()).or_default() += 1;
        if filter.takes(&line) {
            self.newest.push(line.at, line);
        }
    }

    fn note(&mut self, text: &str) {
        self.notes.insert(format!("Docker says: {}", plain(text)));
    }
}

impl From<Scan> for Reading {
    fn from(mut scan: Scan) -> Self {
        let cut = scan.written.values().any(|lines| *lines >= scan.tail);
        if scan.late {
            scan.notes.insert(
                "Docker did not send everything in time, so lines may be missing. Ask for less, or download the log.".to_owned(),
            );
        } else if cut && scan.newest.len() < PAGE {
            let text = format!(
                "Only the last {} lines of each task were looked at. The download has all of them.",
                super::rows::counted(scan.tail.into())
            );
            scan.notes.insert(text);
        }
        let older = scan.newest.has_dropped() || cut;
        Self { lines: scan.newest.into_vec(), older, cursor: scan.cursor, notes: scan.notes }
    }
}
