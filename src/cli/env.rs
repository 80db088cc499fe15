//! `canteen env …`: reads an `.env` file as a deploy does, without a dashboard.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::Context as _;
use canteen::envfile::{EnvError, EnvFile, EnvLine, LineState, Modifiers, is_secret_like};
use serde_json::{Value, json};

use super::say;

/// The name that stands for standard input.
const STDIN: &str = "-";

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Print what an .env file says, as JSON
    ///
    /// The answer is one object: `file`; `values`, what a deploy gets, by variable; `compose_files`, what `COMPOSE_FILE` amounts
    /// to; `lines`, every assignment with `line`, `key`, `value`, `state` (`set`, `replaced` by a later line, `commented` out),
    /// `comment`, `modifiers` (`length`, `charset`, `generate`) and `secret_like`; `notices`, what is legal and rarely meant,
    /// with `line`, `key`, `what` and `hint`. Values are printed as they are, passwords too.
    ///
    /// Exit code 0: the file can be used; 1: it can't, and standard error names the line and what to do; 2: wrong usage.
    Show {
        /// The file, or `-` for standard input
        file: PathBuf,
    },
}

/// Runs one of them.
pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Show { file } = command;
    let stdin = file.as_os_str() == STDIN;
    let name = if stdin { "standard input".to_owned() } else { file.display().to_string() };
    let bytes = if stdin { bounded(io::stdin().lock()) } else { File::open(file).and_then(bounded) };
    let bytes = bytes.with_context(|| format!("{name} can't be read"))?;
    let told = |fault: EnvError| anyhow::anyhow!("{name}:{}: {} ({})", fault.line, fault.what, fault.hint);
    let env = EnvFile::read(&bytes).map_err(told)?;
    let compose_files = env.compose_files().map_err(told)?;
    say(&format!("{:#}", shown(&file.display().to_string(), &env, &compose_files)));
    Ok(())
}

/// One byte more than the reader takes, so that it is the reader who says what is too big.
fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(EnvFile::LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Keys of an object are never renamed or removed; there may be more of them one day.
fn shown(file: &str, env: &EnvFile, compose_files: &[String]) -> Value {
    let counts: HashMap<&str, usize> = env.entries().iter().map(|entry| (entry.key.as_str(), entry.line)).collect();
    let lines: Vec<Value> = env.lines().iter().filter_map(|line| assignment(line, &counts)).collect();
    let notices: Vec<Value> = env
        .notices()
        .into_iter()
        .map(|notice| json!({"line": notice.line, "key": notice.key, "what": notice.what, "hint": notice.hint}))
        .collect();
    json!({"file": file, "values": env.values(), "compose_files": compose_files, "lines": lines, "notices": notices})
}

fn assignment(line: &EnvLine<'_>, counts: &HashMap<&str, usize>) -> Option<Value> {
    let EnvLine::Setting { state, entry, note, .. } = line else { return None };
    let state = match state {
        LineState::Dormant => "commented",
        LineState::Active if counts.get(entry.key.as_str()) == Some(&entry.line) => "set",
        LineState::Active => "replaced",
    };
    let Modifiers { length, charset, generate } = &entry.modifiers;
    Some(json!({
        "line": entry.line,
        "key": entry.key,
        "value": entry.value,
        "state": state,
        "comment": note.map(str::trim),
        "modifiers": {"length": length, "charset": charset, "generate": generate},
        "secret_like": is_secret_like(&entry.key),
    }))
}
