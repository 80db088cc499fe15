//! `.env.sample`.

use crate::envfile::compose_file::appended_overlay;
use crate::envfile::{EnvLine, LineState};
use crate::lint::report::{Finding, Verdict};
use crate::lint::view::{SAMPLE, View};

const KEY: &str = "COMPOSE_FILE";
const NO_SAMPLE: &str = ".env.sample can't be read";

/// R008.
pub(super) fn present(view: &View<'_>) -> Verdict {
    let fault = match &view.sample {
        Some(Ok(_)) => return Verdict::Satisfied,
        Some(Err(fault)) => Finding::at(SAMPLE, number(fault.line), format!("{}; {}", fault.what, fault.hint)),
        None => match view.facts.unreadable.get(SAMPLE) {
            Some(why) => Finding::in_file(SAMPLE, format!("it {why}")),
            None => Finding::in_file(SAMPLE, "there is no such file"),
        },
    };
    vec![fault].into()
}

/// C021: a container counts in UTC unless it is told otherwise.
pub(super) fn schedules(view: &View<'_>) -> Verdict {
    let Some(sample) = view.settings() else { return Verdict::Skipped(NO_SAMPLE) };
    let is_zone = |name: &str| name == "TZ" || name.ends_with("_TZ") || name.contains("TIMEZONE") || name.contains("TIME_ZONE");
    let parts = view.parts();
    let set = parts.iter().flat_map(|part| part.pairs(&["environment"])).any(|(name, _)| is_zone(&name.text));
    if set || view.offered().iter().any(|name| is_zone(name)) {
        return Verdict::Satisfied;
    }
    let lines = sample.lines();
    let entries = lines.iter().filter_map(|line| if let EnvLine::Setting { entry, .. } = line { Some(entry) } else { None });
    let schedules = entries.filter(|entry| entry.key.contains("CRON") || entry.key.contains("SCHEDULE"));
    let text = |key: &str| format!("{key} counts in the container's time, which is UTC, and no setting changes that");
    schedules.map(|entry| Finding::at(SAMPLE, number(entry.line), text(&entry.key))).collect::<Vec<_>>().into()
}

/// C013.
pub(super) fn compose_file(view: &View<'_>) -> Verdict {
    let Some(sample) = view.settings() else { return Verdict::Skipped(NO_SAMPLE) };
    let Some(entry) = sample.entry(KEY) else {
        return Verdict::Skipped("the sample sets no COMPOSE_FILE: compose.yml alone is used");
    };
    let line = number(entry.line);
    let files = match sample.compose_files() {
        Ok(files) => files,
        Err(fault) => return vec![Finding::at(SAMPLE, number(fault.line), format!("{}; {}", fault.what, fault.hint))].into(),
    };
    let missing = files.into_iter().filter(|file| !view.facts.files.contains(file));
    missing.map(|file| Finding::at(SAMPLE, line, format!("{file} is not in the recipe"))).collect::<Vec<_>>().into()
}

/// C014: lines to be switched on. One above the list's beginning is lost, for the list begins anew below it.
pub(super) fn overlays(view: &View<'_>) -> Verdict {
    let Some(sample) = view.settings() else { return Verdict::Skipped(NO_SAMPLE) };
    let lines = sample.lines();
    let of_list = |line: &EnvLine<'_>| match line {
        EnvLine::Setting { state, entry, raw, .. } if entry.key == KEY => Some((*state, number(entry.line), (*raw).to_owned())),
        _ => None,
    };
    let lines: Vec<(LineState, u32, String)> = lines.iter().filter_map(of_list).collect();
    let begins = |(state, _, raw): &&(LineState, u32, String)| *state == LineState::Active && appended_overlay(raw).is_none();
    let base = lines.iter().rfind(begins).map(|(_, line, _)| *line);
    let offered: Vec<_> = lines.iter().filter(|(state, ..)| *state == LineState::Dormant).collect();
    if offered.is_empty() {
        return Verdict::Skipped("the sample offers no overlay");
    }
    let mut found = Vec::new();
    for (_, line, raw) in offered {
        let appended = appended_overlay(raw);
        for file in appended.unwrap_or(raw).split(':').filter(|file| !file.contains('$')) {
            if !view.facts.files.contains(file) {
                found.push(Finding::at(SAMPLE, *line, format!("{file:?} is not in the recipe")));
            }
        }
        if appended.is_some() && base.is_none_or(|base| *line < base) {
            let text = "it stands above the line that begins COMPOSE_FILE, so switching it on has no effect";
            found.push(Finding::at(SAMPLE, *line, text));
        }
    }
    found.into()
}

fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or_default()
}
