//! A log as a file: every line that fits the filter, in the order of times, however long it is.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::{self, BoxStream};

use super::names::Names;
use super::query::Asked;
use super::sources;
use crate::access::Grant;
use crate::access::action::ViewLogs;
use crate::engine::{self, EngineError, LogPart};
use crate::logs::merge::Heads;
use crate::logs::text::plain;
use crate::logs::{Filter, Line, Piece};
use crate::web::Site;
use crate::web::apps::facts::facts;
use crate::web::failure::Failure;
use crate::web::form::Query;

/// Bytes of a line in a file.
const LONGEST: usize = 256 * 1024;
/// Bytes that are sent at once, about.
const CHUNK: usize = 16 * 1024;
/// Logs that are asked for at once.
const AT_ONCE: usize = 8;
/// So much silence is the end of a task's log.
const SILENCE: Duration = Duration::from_secs(5);

/// Streams the file. Of each task one line is in memory.
pub async fn download(may: Grant<ViewLogs>, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let now = site.store.clock().now();
    let filter = Asked::of(&query).filter_or_refuse(&facts.stack, &facts.observed, now)?;
    let sources = sources::tasks(&facts.observed, &facts.stack, &filter);
    let part = |source| LogPart { source, tail: None, since: filter.since, follow: false, line_limit: LONGEST };
    let opened: Vec<_> =
        stream::iter(sources.wanted.into_iter().map(part)).map(|part| site.inspect.log(part)).buffered(AT_ONCE).collect().await;
    let (mut logs, mut notes) = (vec![], sources.notes);
    for log in opened {
        match log {
            Ok(log) => logs.push(Some(log)),
            Err(EngineError::NotFound { .. }) => {}
            Err(lost @ EngineError::Unreachable(_)) => return Err(Failure::Unavailable(lost.to_string())),
            Err(other) => notes.push(format!("Docker says: {other}")),
        }
    }
    let file = File { logs, notes, filter, heads: Heads::default(), names: Names::of(&facts.observed, &facts.stack), begun: false };
    let chunks = stream::unfold(file, |mut file| async move {
        let chunk = file.chunk().await;
        (!chunk.is_empty()).then(|| (Ok::<_, actix_web::Error>(Bytes::from(chunk)), file))
    });
    let stop = site.stop.clone();
    let body = chunks.take_until(async move { stop.cancelled().await });
    let day = jiff::Timestamp::from_millisecond(now).unwrap_or_default().strftime("%Y-%m-%dT%H%M").to_string();
    let disposition = format!("attachment; filename=\"{}-{day}.log\"", facts.app.name);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .streaming(Box::pin(body)))
}

/// The log of a task; `None` once it has ended.
type Log = Option<BoxStream<'static, engine::Result<Piece>>>;

struct File {
    logs: Vec<Log>,
    heads: Heads<Line>,
    names: Names,
    filter: Filter,
    /// What is missing; stands at the end.
    notes: Vec<String>,
    begun: bool,
}

impl File {
    /// The next piece of the file; empty at its end.
    async fn chunk(&mut self) -> String {
        if !self.begun {
            self.begun = true;
            let filter = &self.filter;
            let first = join_all(self.logs.iter_mut().map(|log| next(log, filter))).await;
            for (source, (line, notes)) in first.into_iter().enumerate() {
                self.put(source, line, notes);
            }
        }
        let mut chunk = String::new();
        while chunk.len() < CHUNK {
            let Some((source, line)) = self.heads.take() else {
                chunk.extend(std::mem::take(&mut self.notes).into_iter().map(|note| format!("# {note}\n")));
                return chunk;
            };
            chunk.push_str(&self.text(&line));
            if let Some(log) = self.logs.get_mut(source) {
                let (line, notes) = next(log, &self.filter).await;
                self.put(source, line, notes);
            }
        }
        chunk
    }

    fn put(&mut self, source: usize, line: Option<Line>, notes: Vec<String>) {
        if let Some(line) = line {
            self.heads.put(source, line.at, line);
        }
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// Time, who, node, stream, text. Orders to a terminal are not in a file that somebody may look at in one.
    fn text(&self, line: &Line) -> String {
        let at = jiff::Timestamp::from_nanosecond(line.at.into()).unwrap_or_default();
        let stream = if line.stderr { "stderr" } else { "stdout" };
        let rest = if line.cut { " …" } else { "" };
        format!("{at:.9} {} {} {stream} {}{rest}\n", self.names.who(line), self.names.node(line), plain(&line.text))
    }
}

/// The next line of a log that fits, and what the engine said on the way.
async fn next(log: &mut Log, filter: &Filter) -> (Option<Line>, Vec<String>) {
    let mut notes = vec![];
    while let Some(pieces) = log {
        let heard = tokio::time::timeout(SILENCE, pieces.next()).await;
        match heard {
            // A task writes in the order of time: after the end of what is wanted nothing wanted comes.
            Ok(Some(Ok(Piece::Line(line)))) if filter.until.is_some_and(|until| line.at >= until) => *log = None,
            Ok(Some(Ok(Piece::Line(line)))) if filter.takes(&line) => return (Some(line), notes),
            Ok(Some(Ok(Piece::Line(_)))) => {}
            Ok(Some(Ok(Piece::Notice(text)))) => notes.push(format!("Docker says: {}", plain(&text))),
            Ok(Some(Err(error))) => {
                notes.push(format!("The log of a task broke off: {error}"));
                *log = None;
            }
            Ok(None) => *log = None,
            Err(_late) => {
                notes.push("Docker did not send the whole log of a task in time".to_owned());
                *log = None;
            }
        }
    }
    (None, notes)
}
