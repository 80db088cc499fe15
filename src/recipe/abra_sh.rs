//! `abra.sh` of a recipe: the versions of its configs and the names of its commands. It is read, never run.

use std::collections::BTreeMap;

/// The lines `export NAME=word`. Indented lines, quoted values and several assignments in a line do not count.
pub fn exports(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(export).collect()
}

/// The commands: functions defined at the start of a line, in file order. Names that begin with `_` are internal.
pub fn functions(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.lines().filter_map(function) {
        if !name.starts_with('_') && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// True for commands of the old abra in Bash, which call helpers that exist no more.
pub fn is_legacy(function: &str) -> bool {
    ["abra_backup", "abra_restore"].iter().any(|old| function.starts_with(old))
}

/// Whether the line defines this function.
pub fn defines(line: &str, name: &str) -> bool {
    function(line).is_some_and(|found| found == name)
}

fn export(line: &str) -> Option<(String, String)> {
    let assignment = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']))?.trim_start();
    let (name, behind) = assignment.split_once('=')?;
    let end = behind.find(|c: char| !is_word(c)).unwrap_or(behind.len());
    let (value, tail) = behind.split_at(end);
    let alone = tail.trim().is_empty() || (tail.starts_with([' ', '\t']) && tail.trim_start().starts_with('#'));
    let named = !name.is_empty() && name.chars().all(is_word);
    (named && alone && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

/// `name() {`, `name () {` or `function name {`; the brace may stand in the next line.
fn function(line: &str) -> Option<String> {
    let keyword = line.strip_prefix("function ").map(str::trim_start);
    let definition = keyword.unwrap_or(line);
    let end = definition.find(|c: char| !(is_word(c) || matches!(c, '-' | '.' | ':')))?;
    let (name, tail) = definition.split_at(end);
    let tail = tail.trim_start();
    let opened = match tail.strip_prefix('(').and_then(|inner| inner.trim_start().strip_prefix(')')) {
        Some(body) => matches!(body.trim_start().chars().next(), None | Some('{' | '(' | '#')),
        None => keyword.is_some() && tail.starts_with('{'),
    };
    (opened && !name.is_empty()).then(|| name.to_owned())
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../tests/data/recipe/abra.sh");

    #[test]
    fn only_plain_exports_at_the_start_of_a_line_count() {
        let found = exports(TEXT);
        let found: Vec<_> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(found, [("APP_ENTRYPOINT_VERSION", "v4"), ("NGINX_CONF_VERSION", "v12"), ("TABBED", "v1")]);
    }

    #[test]
    fn commands_are_the_functions_at_top_level() {
        let found = functions(TEXT);
        assert_eq!(found, ["occ", "set-admin", "run_sql", "abra_backup_app", "next_line"]);
        assert!(is_legacy("abra_backup_app") && !is_legacy("occ"));
    }
}
