//! Programs run in containers of the Swarm in memory: a shell that knows `echo`, `exit`, `sleep`, `kill`, and functions of a text
//! that is handed to it.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use tokio::sync::Notify;

use super::FakeEngine;
use super::script::Script;
use super::state::State;
use crate::engine::{EngineError, ExecPiece, ExecWish, Result};

/// What a shell answers of a program that was ended by SIGTERM.
const TERMINATED: i64 = 143;

impl FakeEngine {
    /// Which shells containers have from now on; at first only `sh`.
    pub fn shells(&self, names: &[&str]) {
        self.lock().shells = names.iter().map(|name| (*name).to_owned()).collect();
    }

    /// Programs that were run in containers so far.
    pub fn execs(&self) -> Vec<ExecWish> {
        self.lock().execs.clone()
    }

    /// What was handed to functions in them, in order: the arguments of each.
    pub fn handed(&self) -> Vec<Vec<String>> {
        let state = self.lock();
        let begun = |wish: &&ExecWish| wish.command.len() == 7 && wish.command.first().is_some_and(|p| has(&state, p));
        state.execs.iter().filter(begun).map(|wish| arguments(&lines(wish))).collect()
    }

    pub(super) fn exec_stream(&self, container: &str, wish: &ExecWish) -> Result<BoxStream<'static, Result<ExecPiece>>> {
        let mut state = self.enter("exec")?;
        there(&state, container)?;
        state.execs.push(wish.clone());
        let program = wish.command.first().map_or("", String::as_str);
        if !has(&state, program) {
            let text = format!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{program}\": executable file not \
                 found in $PATH: unknown\r\n"
            );
            return Ok(ended(vec![output(false, &text)], 127));
        }
        let words: Vec<&str> = wish.command.iter().skip_while(|w| *w != "-c").skip(1).map(String::as_str).collect();
        let (script, words) = words.split_first().map_or(("", &[][..]), |(script, rest)| (*script, rest));
        if script.contains("kill ") && !script.contains("eval ") {
            let pid = words.last().and_then(|pid| pid.parse().ok()).unwrap_or(0);
            if let Some(end) = state.programs.remove(&pid) {
                end.notify_one();
            }
            return Ok(ended(vec![], 0));
        }
        state.pids += 1;
        let pid = state.pids;
        Ok(shell(&mut state, pid, (script, words), wish))
    }
}

/// Whether containers have this shell.
fn has(state: &State, program: &str) -> bool {
    state.shells.iter().any(|shell| shell == program || program.strip_prefix("/bin/") == Some(shell))
}

fn there(state: &State, container: &str) -> Result<()> {
    let here = state.nodes.first().map(|n| n.id.as_str()).unwrap_or_default();
    let tasks = state.services.values().flat_map(|s| &s.tasks);
    let task = tasks.filter(|t| t.task.node == here).find(|t| t.task.container.as_deref() == Some(container));
    match task {
        Some(task) if task.ended() => Err(EngineError::Conflict(format!("Container {container} is not running"))),
        Some(_) => Ok(()),
        None => Err(EngineError::NotFound { what: format!("container {container}") }),
    }
}

fn shell(state: &mut State, pid: u64, (script, words): (&str, &[&str]), wish: &ExecWish) -> BoxStream<'static, Result<ExecPiece>> {
    let mut pieces = vec![];
    let read = lines(wish);
    // After the shell's own name: a text with functions, one of them, how many arguments it has.
    let body = if let [_, text, function, _count] = words {
        let mark = wish.env.iter().find_map(|pair| pair.strip_prefix("CANTEEN_MARK="));
        pieces.extend(mark.map(|mark| output(false, &format!("{mark} {pid}\n"))));
        filled(&body_of(text, function), &arguments(&read), &wish.env)
    } else {
        let names = script.split("read -r ").skip(1).filter_map(|rest| rest.split(';').next());
        let read = names.zip(&read).map(|(name, line)| format!("{name}={line}"));
        filled(script, &[], &wish.env.iter().cloned().chain(read).collect::<Vec<_>>())
    };
    let body = body.replace("$$", &pid.to_string());
    let read = Script::read(&["-c".to_owned(), body.clone()], &[]);
    pieces.extend(read.lines.iter().map(|(text, stderr)| output(*stderr, &format!("{text}\n"))));
    if !body.contains("sleep ") {
        return ended(pieces, read.exit.unwrap_or(0));
    }
    let end = Arc::new(Notify::new());
    state.programs.insert(pid, Arc::clone(&end));
    let killed = stream::once(async move {
        end.notified().await;
        Ok(ExecPiece::Exit(TERMINATED))
    });
    stream::iter(pieces.into_iter().map(Ok)).chain(killed).boxed()
}

/// What it may read.
fn lines(wish: &ExecWish) -> Vec<String> {
    let text = wish.input.as_ref().map(|input| String::from_utf8_lossy(input.expose()).into_owned()).unwrap_or_default();
    text.split_terminator('\n').map(str::to_owned).collect()
}

/// Arguments as they are handed to a function: each is the number of its lines, then these lines.
fn arguments(mut read: &[String]) -> Vec<String> {
    let mut arguments = vec![];
    while let [count, rest @ ..] = read {
        let (text, rest) = rest.split_at(count.parse().unwrap_or(1).min(rest.len()));
        arguments.push(text.join("\n"));
        read = rest;
    }
    arguments
}

/// The lines between `name() {` and `}`.
fn body_of(text: &str, function: &str) -> String {
    let head = format!("{function}()");
    let lines = text.lines().skip_while(|line| !line.starts_with(&head)).skip(1);
    lines.take_while(|line| !line.starts_with('}')).collect::<Vec<_>>().join("\n")
}

fn filled(body: &str, arguments: &[String], env: &[String]) -> String {
    let mut body = body.replace("$*", &arguments.join(" ")).replace("$#", &arguments.len().to_string());
    for (at, argument) in arguments.iter().enumerate() {
        body = body.replace(&format!("${}", at + 1), argument);
    }
    for (name, value) in env.iter().filter_map(|pair| pair.split_once('=')) {
        body = body.replace(&format!("${name}"), value);
    }
    body
}

fn output(stderr: bool, text: &str) -> ExecPiece {
    ExecPiece::Output { stderr, bytes: text.as_bytes().to_vec() }
}

fn ended(pieces: Vec<ExecPiece>, code: i64) -> BoxStream<'static, Result<ExecPiece>> {
    stream::iter(pieces.into_iter().chain([ExecPiece::Exit(code)]).map(Ok)).boxed()
}
