//! What an operation wrote down while it ran: its steps, how far its services came, the end of their log.

use std::collections::BTreeMap;

use crate::clock::Millis;
use crate::commands::ran::Ran;
use crate::store::journal::{FULL, Line};
use crate::store::operations::Operation;
use crate::web::page::span;
use crate::web::status::StepState;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    pub name: String,
    pub state: StepState,
    /// Such as "3 s"; empty before it starts.
    pub elapsed: String,
    /// What the step said.
    pub lines: Vec<String>,
}

/// How far a service has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub service: String,
    pub running: u64,
    pub wanted: u64,
    /// The engine's words about the last task, or what is waited for.
    pub note: String,
}

/// Lines of the log on the page.
const LOG_LINES: usize = 200;

pub(super) fn steps(journal: &[Line], operation: &Operation, now: Millis) -> Vec<StepLine> {
    let mut steps: Vec<(StepLine, i64)> = vec![];
    for line in journal {
        match line.level.as_str() {
            "begin" => {
                let step = StepLine { name: line.step.clone(), state: StepState::Running, elapsed: String::new(), lines: vec![] };
                steps.push((step, line.at));
            }
            "end" | "fail" => {
                if let Some((step, began)) = steps.iter_mut().rev().find(|(s, _)| s.name == line.step) {
                    step.state = if line.level == "end" { StepState::Done } else { StepState::Failed };
                    step.elapsed = span(line.at - *began);
                }
            }
            "note" | "warn" | FULL => {
                if let Some((step, _)) = steps.last_mut() {
                    step.lines.push(line.text.clone());
                }
            }
            "ran" => {
                let ran = serde_json::from_str(&line.text).ok().and_then(|fact| Ran::read(&fact));
                if let (Some((step, _)), Some(ran)) = (steps.last_mut(), ran) {
                    step.lines.push(ran.to_string());
                }
            }
            _ => {}
        }
    }
    let live = operation.state.is_live();
    for (step, began) in steps.iter_mut().filter(|(s, _)| s.state == StepState::Running) {
        step.elapsed = span(now - *began);
        if !live {
            step.state = StepState::Skipped;
        }
    }
    steps.into_iter().map(|(step, _)| step).collect()
}

pub(super) fn progress(journal: &[Line]) -> Vec<Progress> {
    let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
    for line in journal.iter().filter(|l| l.level == "progress") {
        latest.insert(&line.step, &line.text);
    }
    let read = |(service, text): (&str, &str)| {
        let (count, note) = text.split_once(' ').unwrap_or((text, ""));
        let (running, wanted) = count.split_once('/')?;
        Some(Progress {
            service: service.to_owned(),
            running: running.parse().ok()?,
            wanted: wanted.parse().ok()?,
            note: note.to_owned(),
        })
    };
    latest.into_iter().filter_map(read).collect()
}

pub(super) fn log(journal: &[Line]) -> Vec<String> {
    let lines: Vec<String> =
        journal.iter().filter(|l| l.level == "log").map(|l| format!("{} | {}", l.step, clean(&l.text))).collect();
    let skip = lines.len().saturating_sub(LOG_LINES);
    lines.into_iter().skip(skip).collect()
}

/// Control characters of a container's output are shown, not obeyed.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}
