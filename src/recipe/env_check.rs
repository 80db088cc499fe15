//! What is wrong with an app's `.env` though it can be read: lines of `COMPOSE_FILE` that have no effect, names that are not the
//! member's to change.

use super::pin::Pin;
use crate::envfile::compose_file::appended_overlay;
use crate::envfile::{EnvFile, EnvLine, LineState};

/// Something that a member should know before the file is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvProblem {
    /// The line, counted from 1; 0 when it is about the whole file.
    pub line: usize,
    /// The variable.
    pub key: String,
    /// What is wrong and what to do about it.
    pub text: String,
    /// False for what is legal and perhaps meant.
    pub refused: bool,
}

/// Looks through the file `new`, which is to follow `old` for the app with the stack name `stack`.
pub fn env_check(old: &EnvFile, new: &EnvFile, stack: &str) -> Vec<EnvProblem> {
    let mut problems = lost_files(new);
    if let Err(fault) = new.compose_files()
        && !problems.iter().any(|problem| problem.refused && problem.line == fault.line)
    {
        problems.push(EnvProblem {
            line: fault.line,
            key: "COMPOSE_FILE".to_owned(),
            text: format!("{}: {}", fault.what, fault.hint),
            refused: true,
        });
    }
    problems.extend(changed_pin(old, new));
    if let Some(entry) = new.entry("STACK_NAME")
        && entry.value != stack
        && old.get("STACK_NAME").as_ref() != Some(&entry.value)
    {
        let text = format!("the stack of this app is called {stack}; under another name its secrets and data would not be found");
        problems.push(EnvProblem { line: entry.line, key: entry.key.clone(), text, refused: true });
    }
    problems.sort_by_key(|problem| problem.line);
    problems
}

/// Lines of `COMPOSE_FILE` whose files are not in the list at the end, because a later line begins it anew.
fn lost_files(env: &EnvFile) -> Vec<EnvProblem> {
    let lines = env.lines();
    let assignments: Vec<_> = lines
        .iter()
        .filter_map(|line| match line {
            EnvLine::Setting { state: LineState::Active, entry, raw, .. } if entry.key == "COMPOSE_FILE" => Some((*entry, *raw)),
            _ => None,
        })
        .collect();
    let whole = env.get("COMPOSE_FILE").unwrap_or_default();
    let mut problems = vec![];
    for (number, (entry, raw)) in assignments.iter().enumerate() {
        let is_lost = |file: &&str| !file.is_empty() && !whole.split(':').any(|kept| kept == *file);
        // A line that appends is judged by what it appends: what stood before it is judged by its own line.
        let appended = appended_overlay(raw);
        let lost: Vec<&str> = appended.unwrap_or(&entry.value).split(':').filter(is_lost).collect();
        let anew = assignments.iter().skip(number + 1).find(|(_, raw)| appended_overlay(raw).is_none());
        if let (false, Some((anew, _))) = (lost.is_empty(), anew) {
            let (files, line) = (lost.join(" and "), anew.line);
            let text = if appended.is_some() {
                format!("{files} has no effect here, because line {line} begins the list anew; move this line below line {line}")
            } else {
                format!("line {line} begins the list anew without {files}; only one whole list can count")
            };
            problems.push(EnvProblem { line: entry.line, key: "COMPOSE_FILE".to_owned(), text, refused: appended.is_some() });
        }
    }
    problems
}

/// The recipe and its version are chosen by a deploy.
fn changed_pin(old: &EnvFile, new: &EnvFile) -> Option<EnvProblem> {
    let key = Pin::key(old);
    let (before, after) = (old.get(key), new.get(key));
    if before == after {
        return None;
    }
    let before = before.unwrap_or_default();
    let text = format!("the recipe and its version are chosen when you deploy; leave {key}={before} as it is");
    Some(EnvProblem { line: new.entry(key).map_or(0, |entry| entry.line), key: key.to_owned(), text, refused: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "COMPOSE_FILE=compose.yml\n";
    const SMTP: &str = "COMPOSE_FILE=\"$COMPOSE_FILE:compose.smtp.yml\"\n";

    /// Line and decision of each problem.
    fn found(old: &str, new: &str) -> Vec<(usize, bool)> {
        let problems = env_check(&EnvFile::parse(old).unwrap(), &EnvFile::parse(new).unwrap(), "my_app");
        problems.iter().map(|p| (p.line, p.refused)).collect()
    }

    #[test]
    fn trap_1_an_overlay_above_the_base_line_is_refused_with_its_line() {
        assert_eq!(found("", &format!("{BASE}{SMTP}")), []);
        assert_eq!(found("", &format!("{SMTP}{BASE}")), [(1, true)]);
        assert_eq!(found("", SMTP), [(1, true)], "an empty element");
        assert_eq!(found("", &format!("{BASE}{SMTP}{SMTP}")), [(3, true)], "twice");
        assert_eq!(found("", "COMPOSE_FILE=compose.yml:../x.yml\n"), [(1, true)]);
        assert_eq!(found("", "COMPOSE_FILE=compose.smtp.yml\n"), [(1, true)]);
    }

    #[test]
    fn trap_2_of_two_whole_lists_the_one_that_is_lost_is_told() {
        let (smtp, db) = ("COMPOSE_FILE=compose.yml:compose.smtp.yml\n", "COMPOSE_FILE=compose.yml:compose.db.yml\n");
        assert_eq!(found("", &format!("{smtp}{db}")), [(1, false)]);
        assert_eq!(found("", &format!("{BASE}{smtp}")), [], "the second one has all of the first");
    }

    #[test]
    fn the_recipe_and_the_stack_are_not_changed_by_editing() {
        assert_eq!(found("TYPE=a:1.0.0+1\n", "X=1\nTYPE=a:2.0.0+1\n"), [(2, true)]);
        assert_eq!(found("TYPE=a:1.0.0+1\n", "X=1\n"), [(0, true)]);
        assert_eq!(found("", "STACK_NAME=other\n"), [(1, true)]);
        assert_eq!(found("STACK_NAME=old\n", "STACK_NAME=old\nX=1\n"), []);
    }
}
