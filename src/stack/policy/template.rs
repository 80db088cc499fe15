//! Placeholders that the Swarm fills in: in names, and in configs.

/// What a file may be filled in with: settings, configs and secrets of the task, and the language's own words.
const KNOWN: &[&str] = &[
    "and", "block", "break", "config", "continue", "define", "else", "end", "env", "eq", "false", "ge", "gt", "html", "if",
    "index", "join", "js", "le", "len", "lt", "ne", "nil", "not", "or", "print", "printf", "println", "range", "secret", "slice",
    "template", "true", "urlquery", "with",
];
/// What a name may be filled in with.
const OF_A_TASK: &[&str] = &[".Service.ID", ".Service.Name", ".Node.ID", ".Node.Hostname", ".Task.ID", ".Task.Name", ".Task.Slot"];

/// What a templated file does beyond the usual, one phrase for each.
pub(super) fn beyond(driver: &str, data: &[u8]) -> Vec<String> {
    if driver != "golang" {
        return vec![format!("is filled in by {driver}")];
    }
    let text = String::from_utf8_lossy(data);
    let mut found: Vec<String> = actions(&text).into_iter().flat_map(functions).filter(|f| !KNOWN.contains(&f.as_str())).collect();
    found.sort();
    found.dedup();
    found.into_iter().map(|function| format!("is filled in with {function}")).collect()
}

/// Whether a name holds no placeholders but plain ones of the task's own.
pub(super) fn is_about_the_task(name: &str) -> bool {
    actions(name).into_iter().all(|action| OF_A_TASK.contains(&action.trim().trim_matches('-').trim()))
}

/// The insides of `{{ … }}`. The end within a text or a comment is none.
fn actions(text: &str) -> Vec<&str> {
    let (mut found, mut rest) = (vec![], text);
    while let Some((_, after)) = rest.split_once("{{") {
        let end = end(after);
        let (action, behind) = after.split_at_checked(end).unwrap_or((after, ""));
        found.push(action);
        rest = behind;
    }
    found
}

/// How many bytes an action has.
fn end(action: &str) -> usize {
    if is_comment(action) {
        return action.find("*/").map_or(action.len(), |at| at + 2);
    }
    let mut quote = None;
    let mut chars = action.char_indices();
    while let Some((at, c)) = chars.next() {
        match quote {
            Some('"' | '\'') if c == '\\' => {
                chars.next();
            }
            Some(end) if c == end => quote = None,
            None if matches!(c, '"' | '`' | '\'') => quote = Some(c),
            None if action.get(at..).is_some_and(|rest| rest.starts_with("}}")) => return at,
            Some(_) | None => {}
        }
    }
    action.len()
}

fn is_comment(action: &str) -> bool {
    action.trim_start_matches('-').trim_start().starts_with("/*")
}

/// Bare words of an action: not fields, not variables, not texts, not comments.
fn functions(action: &str) -> Vec<String> {
    if is_comment(action) {
        return vec![];
    }
    let (mut words, mut word) = (vec![], String::new());
    let mut quote = None;
    let mut chars = action.chars();
    while let Some(c) = chars.next() {
        match quote {
            Some(_) if c == '\\' && quote != Some('`') => {
                chars.next();
            }
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '`' | '\'') => quote = Some(c),
            None if c.is_alphanumeric() || matches!(c, '_' | '.' | '$') => word.push(c),
            None => words.push(std::mem::take(&mut word)),
        }
    }
    words.push(word);
    words.retain(|w| w.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_'));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_filled_in_with_settings_and_secrets_alone() {
        let plain = "{{ $x := env \"A }} B\" }}{{- if eq (env \"TLS\") `on` -}}{{ secret \"db\" }}{{/* call */}}{{ end }}{{ .Service.Name }}";
        assert_eq!(beyond("golang", plain.as_bytes()), Vec::<String>::new());
        assert_eq!(
            beyond("golang", b"{{ call .X }} {{ env \"}}\" | readFile }}"),
            ["is filled in with call", "is filled in with readFile"]
        );
        assert_eq!(beyond("jinja", b""), ["is filled in by jinja"]);
    }

    #[test]
    fn a_name_is_filled_in_with_the_task_alone() {
        assert!(is_about_the_task("s_data_{{ .Task.Slot }}") && is_about_the_task("s_data"));
        assert!(!is_about_the_task("s_{{ if true }}x{{ end }}") && !is_about_the_task("{{ env \"HOME\" }}"));
    }
}
