//! What the tasks of a service wrote.

use std::time::Duration;

use bollard::BollardRequest;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};

use super::Session;
use super::refusal::{of_bollard, path_piece};
use crate::engine::{LogLine, LogWish, Result};

/// A service whose tasks write nothing sends nothing, not even the head of an answer.
const SILENCE: Duration = Duration::from_hours(7 * 24);
/// The engine waits for every node of the service, also for one that is gone. Without `follow`, so much silence is the end.
const LAST_LINE: Duration = Duration::from_secs(5);

/// Lines that are there already come sorted by time, unless new ones are to follow: then they come as the nodes send them.
pub(super) async fn stream(session: &Session, wish: LogWish) -> Result<BoxStream<'static, Result<LogLine>>> {
    let service = path_piece("service", &wish.service)?.to_owned();
    session.docker.inspect_service(&service, None).await.map_err(|e| of_bollard(&e))?;
    let tail = wish.tail.to_string();
    let options = LogsOptionsBuilder::new().stdout(true).stderr(true).timestamps(true).follow(wish.follow).tail(&tail).build();
    let docker = session.docker.clone().with_timeout(SILENCE).with_request_modifier(with_details);
    let lines = docker.service_logs(&service, Some(options)).flat_map(|output| stream::iter(lines(output)));
    if wish.follow {
        return Ok(lines.boxed());
    }
    let mut ended = gather(Box::pin(lines)).await?;
    ended.sort_by(|a, b| a.at.cmp(&b.at));
    // The engine counts the last lines for each task.
    let surplus = ended.len().saturating_sub(wish.tail as usize);
    Ok(stream::iter(ended.into_iter().skip(surplus).map(Ok)).boxed())
}

/// The library has no word for `details`, without which a line does not tell its task.
fn with_details(mut request: BollardRequest) -> BollardRequest {
    if let Ok(uri) = format!("{}&details=true", request.uri()).parse() {
        *request.uri_mut() = uri;
    }
    request
}

async fn gather(mut lines: impl Stream<Item = Result<LogLine>> + Unpin) -> Result<Vec<LogLine>> {
    let mut gathered = Vec::new();
    while let Ok(Some(line)) = tokio::time::timeout(LAST_LINE, lines.next()).await {
        gathered.push(line?);
    }
    Ok(gathered)
}

/// A piece of output is one line, except from a terminal.
fn lines(output: std::result::Result<LogOutput, Error>) -> Vec<Result<LogLine>> {
    let output = match output {
        Ok(output) => output,
        Err(e) => return vec![Err(of_bollard(&e))],
    };
    let stderr = matches!(output, LogOutput::StdErr { .. });
    let bytes = output.into_bytes();
    let text = String::from_utf8_lossy(&bytes);
    text.trim_end_matches('\n').split('\n').map(|line| Ok(line_of(line.trim_end_matches('\r'), stderr))).collect()
}

/// `time details text`; the details name the node, the service and the task.
fn line_of(line: &str, stderr: bool) -> LogLine {
    let (at, rest) = match line.split_once(' ') {
        Some((at, rest)) if at.parse::<jiff::Timestamp>().is_ok() => (at, rest),
        _ => ("", line),
    };
    let (task, text) = match rest.split_once(' ') {
        Some((details, text)) if details.contains("com.docker.swarm.task.id=") => (task_of(details), text),
        _ => ("", rest),
    };
    LogLine { at: at.to_owned(), task: task.to_owned(), stderr, text: text.to_owned() }
}

fn task_of(details: &str) -> &str {
    details.split(',').find_map(|pair| pair.strip_prefix("com.docker.swarm.task.id=")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart() {
        let details = "com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id=t1";
        let line = line_of(&format!("2026-11-22T10:00:00.000000042Z {details} GET / 200"), true);
        let expected =
            LogLine { at: "2026-11-22T10:00:00.000000042Z".into(), task: "t1".into(), stderr: true, text: "GET / 200".into() };
        assert_eq!(line, expected);
        let bare = line_of("hello there", false);
        assert_eq!((bare.at.as_str(), bare.task.as_str(), bare.text.as_str()), ("", "", "hello there"));
    }
}
