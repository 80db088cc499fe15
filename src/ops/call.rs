//! A command of the recipe, run in the container of a service that runs.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::commands::ran::Ran;
use crate::engine::{EngineError, ExecPiece, ExecWish};
use crate::recipe::arguments::masked;
use crate::recipe::command::LARGEST_SCRIPT;
use crate::stack::names::StackName;

use super::ended::OpError;
use super::output::{Output, Row};
use super::place::{Place, place};
use super::run::{Pieces, Run};
use super::wrapper::{WRAPPER, input};

/// What stands before the shell's number.
const MARK: &str = "canteen-begins";
/// Ends a group.
const KILL: &str = r#"kill "-$1" "-$2""#;
/// In the order of abra: its functions are written for Bash.
const SHELLS: [&str; 2] = ["bash", "sh"];
/// Lines wait so long for others that go into the same row.
const TOGETHER: Duration = Duration::from_millis(300);
/// A program gets so long to end after each signal.
const GRACE: Duration = Duration::from_secs(5);
/// Bytes that are kept of what a shell says before it has begun; one that says more is none.
const PRELUDE: usize = 64 * 1024;
/// Characters of a shell's own words about why it could not begin.
const LONGEST_CAUSE: usize = 500;
/// An engine that begins nothing in this time is not waited for.
const BEGINNING: Duration = Duration::from_secs(30);

/// A function, and everything it is run with.
pub(super) struct Call<'a> {
    pub(super) stack: &'a StackName,
    /// The app's name.
    pub(super) app: &'a str,
    /// The service, without the stack.
    pub(super) service: &'a str,
    /// Empty for the container's own.
    pub(super) user: &'a str,
    /// The text of `abra.sh`.
    pub(super) script: &'a str,
    pub(super) function: &'a str,
    pub(super) arguments: &'a [String],
    /// Texts that are hidden in the output.
    pub(super) secrets: Vec<String>,
    pub(super) limit: Duration,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Code(i64),
    TookTooLong,
    Stopped,
}

/// A shell that has begun.
struct Begun {
    shell: &'static str,
    /// Its number, as the container counts.
    pid: String,
    pieces: Pieces,
}

/// Runs it. What it writes goes into the journal; `stop` ends it early.
pub(super) async fn call(run: &Run, call: Call<'_>, stop: &CancellationToken) -> Result<Ending, OpError> {
    if call.script.len() > LARGEST_SCRIPT {
        let text = format!("abra.sh of the recipe has more than {LARGEST_SCRIPT} bytes, which is more than a shell can be handed");
        return Err(OpError::stop("failed", text));
    }
    let place = place(run, call.stack, call.service).await?;
    let who = if call.user.is_empty() { String::new() } else { format!(", as {}", call.user) };
    run.note(&format!("in {}, on {}{who}", place.task, place.node)).await?;
    let mut output = Output::new(call.secrets.clone());
    let mut begun = None;
    for shell in SHELLS {
        begun = begin(run, &place, shell, &call, &mut output).await?;
        if begun.is_some() {
            break;
        }
    }
    let Some(begun) = begun else {
        let text = format!(
            "the container of {} has neither bash nor sh, so no command of the recipe can be run in it; choose another service",
            call.service
        );
        return Err(OpError::stop("failed", text));
    };
    follow(run, &place, &call, begun, output, stop).await
}

/// Begins it in this shell. `None` if the container has no such shell.
async fn begin(
    run: &Run,
    place: &Place,
    shell: &'static str,
    call: &Call<'_>,
    output: &mut Output,
) -> Result<Option<Begun>, OpError> {
    let count = call.arguments.len().to_string();
    let command = [shell, "-c", WRAPPER, "abra.sh", call.script, call.function, &count];
    let env = [("CANTEEN_MARK", MARK), ("APP_NAME", call.app), ("STACK_NAME", call.stack.as_str()), ("TARGET", call.service)];
    let wish = ExecWish {
        command: command.map(str::to_owned).to_vec(),
        env: env.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        user: user(call),
        input: input(call.arguments),
    };
    let mut pieces = run.exec(&format!("{} in {} with {shell}", call.function, place.task), &place.container, &wish).await?;
    let mut said: Vec<u8> = vec![];
    let until = Instant::now() + BEGINNING;
    loop {
        let piece = tokio::time::timeout_at(until, pieces.next()).await.map_err(|_late| {
            OpError::stop(
                "failed",
                "the Docker engine has not begun the command within half a minute; look at the app before you try again",
            )
        })?;
        match piece {
            Some(Ok(ExecPiece::Output { stderr, bytes })) => {
                said.extend(&bytes);
                if said.len() > PRELUDE && mark(&said).is_none() {
                    let text = format!("what the container has as {shell} is no shell: it writes much and runs nothing");
                    return Err(OpError::stop("failed", text));
                }
                let Some((before, pid, behind)) = mark(&said).filter(|_| !stderr) else { continue };
                output.push(false, before);
                output.push(false, behind);
                return Ok(Some(Begun { shell, pid, pieces }));
            }
            Some(Ok(ExecPiece::Exit(code))) => {
                let said = String::from_utf8_lossy(&said);
                let missing = matches!(code, 126 | 127) && said.contains("executable file") && said.contains("not found");
                if missing {
                    run.note(&format!("the container has no {shell}")).await?;
                    return Ok(None);
                }
                // Everybody may read a cause, and a shell may well repeat what it was handed.
                let said = masked(said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim(), &call.secrets);
                let said: String = said.chars().filter(|c| !c.is_control()).take(LONGEST_CAUSE).collect();
                return Err(OpError::stop("failed", format!("{shell} could not be begun in the container: {said}")));
            }
            Some(Err(error)) => return Err(lost(&error)),
            None => return Err(lost(&EngineError::Unreadable("no exit code".to_owned()))),
        }
    }
}

/// What came before the mark, the number behind it, and what follows that line.
fn mark(said: &[u8]) -> Option<(&[u8], String, &[u8])> {
    let at = said.windows(MARK.len()).position(|window| window == MARK.as_bytes())?;
    let (before, rest) = said.split_at(at);
    let end = rest.iter().position(|b| *b == b'\n')?;
    let (line, behind) = rest.split_at(end);
    let pid = String::from_utf8_lossy(line).split_whitespace().nth(1).unwrap_or_default().to_owned();
    Some((before, pid, behind.split_first().map_or(behind, |(_newline, behind)| behind)))
}

/// Until it has ended. Time that is over and somebody who stops it send a signal to the whole group, and a harder one if that does not
/// help.
async fn follow(
    run: &Run,
    place: &Place,
    call: &Call<'_>,
    mut begun: Begun,
    mut output: Output,
    stop: &CancellationToken,
) -> Result<Ending, OpError> {
    let started = Instant::now();
    let (mut alarm, mut early, mut signals) = (started + call.limit, None, ["TERM", "KILL"].into_iter());
    let ending = loop {
        tokio::select! {
            piece = begun.pieces.next() => match piece {
                Some(Ok(ExecPiece::Output { stderr, bytes })) => {
                    output.push(stderr, &bytes);
                    write(run, output.full()).await?;
                }
                Some(Ok(ExecPiece::Exit(code))) => break Ok(Ending::Code(code)),
                Some(Err(error)) => break Err(lost(&error)),
                None => break Err(lost(&EngineError::Unreadable("no exit code".to_owned()))),
            },
            () = stop.cancelled(), if early.is_none() => {
                early = Some(Ending::Stopped);
                alarm = Instant::now();
            }
            () = tokio::time::sleep_until(alarm) => {
                early = early.or(Some(Ending::TookTooLong));
                let Some(signal) = signals.next() else {
                    run.warn("it could not be ended, and may go on in the container; restart the service to end it").await?;
                    break Ok(Ending::Stopped);
                };
                send(run, place, call, (begun.shell, &begun.pid), signal).await?;
                alarm = Instant::now() + GRACE;
            }
            () = tokio::time::sleep(TOGETHER) => write(run, output.flush()).await?,
        }
    };
    write(run, output.end()).await?;
    let (bytes, sha256) = output.sum();
    let exit_code = if let Ok(Ending::Code(code)) = &ending { Some(*code) } else { None };
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or_default();
    let (function, service) = (call.function.to_owned(), call.service.to_owned());
    run.ran(&Ran { function, service, exit_code, milliseconds, bytes, sha256 }).await?;
    Ok(early.unwrap_or(ending?))
}

/// Signals the group that the shell of this number leads.
async fn send(run: &Run, place: &Place, call: &Call<'_>, (shell, pid): (&str, &str), signal: &str) -> Result<(), OpError> {
    if pid.is_empty() || !pid.chars().all(|c| c.is_ascii_digit()) {
        return run.warn("the shell did not tell its number, so it can't be ended").await;
    }
    let command = [shell, "-c", KILL, "abra.sh", signal, pid].map(str::to_owned).to_vec();
    let wish = ExecWish { command, user: user(call), ..ExecWish::default() };
    let mut pieces = run.exec(&format!("SIG{signal} for {} in {}", call.function, place.task), &place.container, &wish).await?;
    let ended = async { while let Some(Ok(_said)) = pieces.next().await {} };
    // Whether it helped is seen by whoever waits for the end.
    let _late = tokio::time::timeout(GRACE, ended).await;
    Ok(())
}

async fn write(run: &Run, rows: Vec<Row>) -> Result<(), OpError> {
    for row in rows {
        match row {
            Row::Text { stderr, text } => run.output(stderr, &text).await?,
            Row::Gap(lines) => run.gap(lines).await?,
        }
    }
    Ok(())
}

fn user(call: &Call<'_>) -> Option<String> {
    Some(call.user).filter(|user| !user.is_empty()).map(str::to_owned)
}

/// The command may have ended or not; nobody can know.
fn lost(error: &EngineError) -> OpError {
    let text = format!(
        "{error}. The command was begun, and whether it reached its end can't be told; look at the app before you run it again"
    );
    OpError::stop("lost", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_shell_is_found_behind_what_it_says_before() {
        assert_eq!(mark(b"canteen-begins 42\nhello"), Some((&b""[..], "42".to_owned(), &b"hello"[..])));
        assert_eq!(mark(b"hi\ncanteen-begins 7\n"), Some((&b"hi\n"[..], "7".to_owned(), &b""[..])));
        assert_eq!(mark(b"canteen-begins 4"), None, "the line may go on");
        assert_eq!(mark(b"something else\n"), None);
    }
}
