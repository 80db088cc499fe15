//! One call of restic, from its start to its exit code.

use std::collections::VecDeque;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::failure::{failure, told};
use super::{Arguments, Papers, Restic};
use crate::restic::process::{Pipes, Process};
use crate::restic::read::Message;
use crate::restic::{BackupError, Progress, Result, Watch};

/// When a call is ended that does not end by itself.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    /// After so long.
    Whole(Duration),
    /// When so long it came no further.
    Silence(Duration),
    /// Never: it says nothing for long, and restic gives up by itself when nobody answers.
    Never,
}

/// How a call ended, if nobody ended it.
pub(super) struct Ended {
    /// `None` if a signal killed it.
    pub(super) code: Option<i32>,
    /// What it said of the reason: its own last message, or the last lines that it wrote as text.
    pub(super) words: String,
}

/// Lines of plain text that are kept for the case that restic fails.
const LAST_LINES: usize = 12;

/// Why we end a call.
enum Reason {
    Cancelled,
    TimedOut(Duration),
}

impl Restic {
    /// Runs restic and hands each line that it writes to `each`. Whoever stops waiting for it ends it, in order.
    pub(super) async fn call(
        &self,
        arguments: Arguments,
        limit: Limit,
        watch: &Watch,
        mut each: impl FnMut(&str) + Send,
    ) -> Result<Ended> {
        let papers = self.papers()?;
        let (process, pipes) = self.start(arguments, &papers)?;
        let (lines, mut heard) = mpsc::channel(64);
        let call = Call { process, limit, grace: self.patience.grace, watch: watch.clone(), lines, _papers: papers };
        // A task of its own: restic dies when it writes and nobody reads, and then leaves its lock behind.
        let call = tokio::spawn(call.run(pipes));
        while let Some(line) = heard.recv().await {
            each(&line);
        }
        let (status, said, reason) = match call.await {
            Ok(ended) => ended.map_err(|error| BackupError::NotStarted(error.to_string()))?,
            Err(error) => return Err(BackupError::NotStarted(error.to_string())),
        };
        match reason {
            // What has been done all the same is told.
            Some(_) if status.success() => {}
            Some(Reason::Cancelled) => return Err(BackupError::Cancelled),
            Some(Reason::TimedOut(time)) => {
                // Of a disk without space it may tell at once and then not end.
                return Err(match failure(None, &said.words(), &self.repository) {
                    full @ BackupError::NoSpace(_) => full,
                    _ => BackupError::TimedOut { place: self.repository.place().to_string(), seconds: time.as_secs() },
                });
            }
            None => {}
        }
        Ok(Ended { code: status.code(), words: said.words() })
    }

    /// Runs restic for a short answer; every code but 0 is an error.
    pub(super) async fn ask(&self, arguments: Arguments, limit: Duration) -> Result<String> {
        let mut text = String::new();
        let ended = self
            .call(arguments, Limit::Whole(limit), &Watch::nobody(), |line| {
                text.push_str(line);
                text.push('\n');
            })
            .await?;
        match ended.code {
            Some(0) => Ok(text),
            code => Err(failure(code, &ended.words, &self.repository)),
        }
    }

    pub(super) fn papers(&self) -> Result<Papers> {
        Papers::write(&self.scratch, &self.repository).map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull => BackupError::NoSpace(format!("{}: {error}", self.scratch.display())),
            _ => BackupError::NotStarted(format!("{}: {error}", self.scratch.display())),
        })
    }

    /// Starts restic with what it needs to reach the repository.
    pub(super) fn start(&self, arguments: Arguments, papers: &Papers) -> Result<(Process, Pipes)> {
        let mut all = super::arguments::reach(&self.repository, papers.folder(), self.cache.as_deref());
        all.extend(arguments);
        let environment = papers.environment(&self.repository);
        Process::start(&self.binary, &all, &environment, self.patience.grace)
            .map_err(|error| BackupError::NotStarted(format!("{}: {error}", self.binary.display())))
    }

    /// What restic answered can't be read.
    pub(super) fn unreadable(&self, error: &serde_json::Error) -> BackupError {
        BackupError::Unreadable(told(&error.to_string(), &self.repository))
    }
}

/// A call on its way.
struct Call {
    process: Process,
    limit: Limit,
    grace: Duration,
    watch: Watch,
    lines: mpsc::Sender<String>,
    /// They stay for as long as it runs.
    _papers: Papers,
}

impl Call {
    /// Reads what it writes until it has ended, or was ended.
    async fn run(mut self, pipes: Pipes) -> io::Result<(ExitStatus, Said, Option<Reason>)> {
        let (mut out, mut err) = (BufReader::new(pipes.out).split(b'\n'), BufReader::new(pipes.err).split(b'\n'));
        let (mut out_open, mut err_open) = (true, true);
        let (mut said, mut last, mut reason) = (Said::default(), Progress::default(), None);
        let mut due = match self.limit {
            Limit::Whole(time) | Limit::Silence(time) => Some((Instant::now() + time, time)),
            Limit::Never => None,
        };
        while out_open || err_open {
            let line = tokio::select! {
                line = out.next_segment(), if out_open => line?.or_else(|| { out_open = false; None }),
                line = err.next_segment(), if err_open => line?.or_else(|| { err_open = false; None }),
                () = nobody_waits(&self.watch, &self.lines), if reason.is_none() => {
                    reason = Some(Reason::Cancelled);
                    due = Some(self.end());
                    None
                }
                () = until(due.map(|(at, _)| at)) => {
                    if reason.is_some() {
                        // It was told to end, and did not. What it has started may still hold its pipes.
                        self.process.kill();
                        break;
                    }
                    reason = due.map(|(_, time)| Reason::TimedOut(time));
                    due = Some(self.end());
                    None
                }
            };
            let Some(line) = line else { continue };
            let line = String::from_utf8_lossy(&line).into_owned();
            let message = Message::read(&line);
            if let (Limit::Silence(time), None) = (self.limit, &reason)
                && comes_further(message.as_ref(), &mut last)
            {
                due = Some((Instant::now() + time, time));
            }
            said.hear(message, &line);
            // Nobody may be waiting for it any more; then it is only read.
            self.lines.send(line).await.ok();
        }
        Ok((self.process.wait().await?, said, reason))
    }

    /// Tells it to end, and says until when.
    fn end(&self) -> (Instant, Duration) {
        self.process.terminate();
        (Instant::now() + self.grace, self.grace)
    }
}

async fn nobody_waits(watch: &Watch, lines: &mpsc::Sender<String>) {
    tokio::select! {
        () = watch.cancelled() => {}
        () = lines.closed() => {}
    }
}

/// restic tells how far it is twice a second, and the same again while it waits for somebody.
fn comes_further(message: Option<&Message>, last: &mut Progress) -> bool {
    let Some(Message::Status(status)) = message else { return true };
    let now = status.clone().progress();
    let further = (now.bytes_done, now.files_done) != (last.bytes_done, last.files_done);
    *last = now;
    further
}

async fn until(due: Option<Instant>) {
    match due {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// What restic says of itself.
#[derive(Default)]
pub(super) struct Said {
    exit: Option<String>,
    texts: VecDeque<String>,
}

impl Said {
    pub(super) fn hear(&mut self, message: Option<Message>, line: &str) {
        match message {
            Some(Message::ExitError { message }) => self.exit = Some(message),
            Some(_) => {}
            None if line.trim().is_empty() || line.starts_with(['{', '[', '}']) => {}
            None => {
                self.texts.push_back(line.trim().to_owned());
                if self.texts.len() > LAST_LINES {
                    self.texts.pop_front();
                }
            }
        }
    }

    pub(super) fn words(self) -> String {
        // The message is short on causes, such as a full disk or what ssh says; the lines before it tell them.
        let texts = Vec::from(self.texts).join("\n");
        match self.exit {
            Some(exit) if texts.is_empty() => exit,
            Some(exit) => format!("{exit}\n{texts}"),
            None => texts,
        }
    }
}
