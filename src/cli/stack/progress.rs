//! What a command line shows of a run: lines that stay, and, on a terminal, a block that is drawn anew.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use canteen::ops::OpError;
use canteen::ops::journal::{Journal, Level};

use crate::cli::{complain, say};

/// Shows changes on standard output, everything else on standard error.
pub(super) struct Progress {
    quiet: bool,
    terminal: bool,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    services: BTreeMap<String, String>,
    /// Lines of the block on the screen.
    lines: usize,
}

impl Progress {
    pub(super) fn new(quiet: bool, terminal: bool) -> Self {
        Self { quiet, terminal, shown: Mutex::default() }
    }

    /// The block stays as it is; what follows stands below it.
    pub(super) fn finish(&self) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).lines = 0;
    }

    fn progress(&self, service: &str, text: &str) {
        if self.quiet {
            return;
        }
        if !self.terminal {
            complain(&format!("{service}: {text}"));
            return;
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.services.insert(service.to_owned(), text.to_owned());
        let width = shown.services.keys().map(|name| name.chars().count()).max().unwrap_or_default();
        let up = if shown.lines > 0 { format!("\x1b[{}A", shown.lines) } else { String::new() };
        let columns = columns();
        let mut block = String::new();
        for (name, text) in &shown.services {
            // A line that wraps would be two, and the block could not be found again.
            let line: String = format!("{name:width$}  {text}").chars().take(columns).collect();
            for part in ["\x1b[2K", &line, "\n"] {
                block.push_str(part);
            }
        }
        shown.lines = shown.services.len();
        // A terminal that is gone has nobody to tell.
        let _drawn = write!(std::io::stderr().lock(), "{up}{block}");
    }
}

#[async_trait]
impl Journal for Progress {
    async fn line(&self, step: &str, level: Level, text: &str) -> Result<(), OpError> {
        if matches!(level, Level::Change | Level::Warn | Level::Log) {
            self.finish();
        }
        match level {
            Level::Change => say(&done(text)),
            Level::Warn => complain(text),
            Level::Progress => self.progress(step, text),
            Level::Log if self.quiet => {}
            Level::Log => complain(&format!("{step} | {text}")),
            Level::Begin
            | Level::End
            | Level::Fail
            | Level::Note
            | Level::Out
            | Level::Err
            | Level::Cut
            | Level::Ran
            | Level::Stopped => {}
        }
        Ok(())
    }

    async fn touch(&self) -> Result<(), OpError> {
        Ok(())
    }
}

/// How wide the terminal is.
fn columns() -> usize {
    rustix::termios::tcgetwinsize(std::io::stderr()).map_or(80, |size| usize::from(size.ws_col).max(20))
}

/// `create network x` as docker's client says it: `Creating network x`.
fn done(change: &str) -> String {
    for (verb, doing) in [("create ", "Creating "), ("update ", "Updating "), ("remove ", "Removing ")] {
        if let Some(what) = change.strip_prefix(verb) {
            return format!("{doing}{what}");
        }
    }
    change.to_owned()
}
