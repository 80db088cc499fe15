//! What the tasks of a service wrote.

use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _, future};
use serde::de::IgnoredAny;

use super::Session;
use super::refusal::path_piece;
use crate::engine::{LogLine, LogPart, LogSource, LogWish, Result};
use crate::logs::{Decoder, LINE_LIMIT, Line, Nanos, Piece};

/// The engine waits for every node of the service, also for one that is gone. Without `follow`, so much silence is the end.
const LAST_LINE: Duration = Duration::from_secs(5);

/// Lines that are there already come sorted by time, unless new ones are to follow: then they come as the nodes send them.
pub(super) async fn stream(session: &Session, wish: LogWish) -> Result<BoxStream<'static, Result<LogLine>>> {
    let LogWish { service, tail, follow } = wish;
    let part = LogPart { source: LogSource::Service(service), tail: Some(tail), since: None, follow, line_limit: LINE_LIMIT };
    let lines = pieces(session, part).await?.filter_map(|piece| future::ready(line(piece)));
    if follow {
        return Ok(lines.boxed());
    }
    let mut ended = gather(Box::pin(lines)).await?;
    ended.sort_by(|a, b| a.at.cmp(&b.at));
    // The engine counts the last lines for each task.
    let surplus = ended.len().saturating_sub(tail as usize);
    Ok(stream::iter(ended.into_iter().skip(surplus).map(Ok)).boxed())
}

/// The engine's own frames: the client library has no word for `details`, without which a line does not tell its task, and ends the
/// program on the frames in which the engine says why lines are missing.
///
/// A source that writes nothing sends nothing, not even the head of an answer; so whether it is there is asked first.
pub(super) async fn pieces(session: &Session, part: LogPart) -> Result<BoxStream<'static, Result<Piece>>> {
    let path = match &part.source {
        LogSource::Service(id) => format!("/services/{}", path_piece("service", id)?),
        LogSource::Task(id) => format!("/tasks/{}", path_piece("task", id)?),
    };
    let _there: IgnoredAny = session.wire.get(&path, &[]).await?;
    let tail = part.tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
    let since = part.since.map(seconds).unwrap_or_default();
    let mut query = vec![("stdout", "1"), ("stderr", "1"), ("timestamps", "1"), ("details", "1"), ("tail", tail.as_str())];
    query.extend((!since.is_empty()).then_some(("since", since.as_str())));
    query.extend(part.follow.then_some(("follow", "1")));
    let bytes = session.wire.stream(&format!("{path}/logs"), &query)?;
    Ok(decoded(bytes, Decoder::new(part.line_limit)).boxed())
}

/// Pieces as soon as they are whole; at the end those that have no end.
fn decoded(bytes: BoxStream<'static, Result<Vec<u8>>>, decoder: Decoder) -> impl Stream<Item = Result<Piece>> {
    let pieces = stream::unfold((bytes, Some(decoder)), |(mut bytes, decoder)| async move {
        let mut decoder = decoder?;
        let (pieces, decoder): (Vec<Result<Piece>>, _) = match bytes.next().await {
            Some(Ok(some)) => (decoder.push(&some).into_iter().map(Ok).collect(), Some(decoder)),
            Some(Err(error)) => (vec![Err(error)], None),
            None => (decoder.end().into_iter().map(Ok).collect(), None),
        };
        Some((pieces, (bytes, decoder)))
    });
    pieces.flat_map(stream::iter)
}

/// Seconds with their fraction, which is how the engine wants a time.
fn seconds(at: Nanos) -> String {
    format!("{}.{:09}", at.div_euclid(1_000_000_000), at.rem_euclid(1_000_000_000))
}

fn line(piece: Result<Piece>) -> Option<Result<LogLine>> {
    match piece {
        Ok(Piece::Line(Line { at, task, stderr, text, .. })) => {
            let at = jiff::Timestamp::from_nanosecond(at.into()).map(|t| format!("{t:.9}")).unwrap_or_default();
            Some(Ok(LogLine { at, task, stderr, text }))
        }
        Ok(Piece::Notice(_)) => None,
        Err(error) => Some(Err(error)),
    }
}

async fn gather(mut lines: impl Stream<Item = Result<LogLine>> + Unpin) -> Result<Vec<LogLine>> {
    let mut gathered = Vec::new();
    while let Ok(Some(line)) = tokio::time::timeout(LAST_LINE, lines.next()).await {
        gathered.push(line?);
    }
    Ok(gathered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pieces_come_as_they_are_whole_and_the_last_at_the_end() {
        let sent = ["2026-11-22T10:00:00.000000042Z one\n2026-11-22T10:00:01Z t", "wo"];
        let bytes = stream::iter(sent.map(|text| Ok(text.as_bytes().to_vec()))).boxed();
        let pieces: Vec<_> = decoded(bytes, Decoder::new(100)).map(|p| line(p).unwrap().unwrap()).collect().await;
        let told: Vec<_> = pieces.iter().map(|l| (l.at.as_str(), l.text.as_str())).collect();
        assert_eq!(told, [("2026-11-22T10:00:00.000000042Z", "one"), ("2026-11-22T10:00:01.000000000Z", "two")]);
    }

    #[test]
    fn a_time_keeps_its_fraction() {
        assert_eq!(seconds(1_795_341_600_000_000_042), "1795341600.000000042");
    }
}
