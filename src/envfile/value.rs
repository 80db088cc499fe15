//! From the written value to the value (escapes, `$NAME`) and back (which quotes a value needs).

use std::collections::BTreeMap;

use super::lexer::{Assignment, Quote};

/// A value may not grow beyond this many bytes by naming other variables: a recipe could double one line after line.
const LARGEST_EXPANDED: usize = 256 * 1024;

/// The value of a written text; `None` when it grows too large. `known` holds the variables of the lines above.
pub(super) fn evaluate(raw: &str, quote: Quote, known: &BTreeMap<String, String>) -> Option<String> {
    match quote {
        Quote::Single => Some(raw.to_owned()),
        Quote::Double => expand(&unescape(raw), known),
        Quote::Plain => expand(raw, known),
    }
}

/// `\n` and `\r` become control characters, `\c` becomes `c`; `\$` is left for [`expand`].
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n')) => out.push('\n'),
            (_, Some('r')) => out.push('\r'),
            (_, Some('$')) => out.push_str("\\$"),
            (_, Some(escaped)) => out.push(escaped),
            (c, None) => out.push(c),
        }
    }
    out
}

/// A `$` in a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// The variable that is put in its place; empty when the `$` names none, or when a `\` guards it.
    pub(super) name: String,
    /// True behind `${`.
    pub(super) braced: bool,
    /// What follows the name directly.
    pub(super) next: Option<char>,
}

/// Every `$` of a written value.
pub(super) fn references(found: &Assignment) -> Vec<Reference> {
    let text = match found.quote {
        Quote::Single => return Vec::new(),
        Quote::Double => unescape(&found.raw),
        Quote::Plain => found.raw.clone(),
    };
    let (mut all, mut rest) = (Vec::new(), text.as_str());
    while let Some((head, behind)) = rest.split_once('$') {
        let (name, after) = if head.ends_with('\\') { ("", behind) } else { name(behind) };
        let braced = !head.ends_with('\\') && behind.trim_start_matches('(').starts_with('{');
        all.push(Reference { name: name.to_owned(), braced, next: after.chars().next() });
        rest = after;
    }
    all
}

/// Splits what follows a `$` into the name and what comes behind it. `(` and `{` before the name are dropped, as the reader
/// that recipes are written for does.
fn name(behind: &str) -> (&str, &str) {
    let opened = behind.strip_prefix('(').unwrap_or(behind);
    let named = opened.strip_prefix('{').unwrap_or(opened);
    let len = named.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).unwrap_or(named.len());
    if len == 0 { ("", behind) } else { named.split_at(len) }
}

/// Replaces `$NAME` and `${NAME}` for upper-case names; an unknown one becomes nothing, `$other` stays.
fn expand(text: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, behind)) = rest.split_once('$') {
        let guarded = head.strip_suffix('\\');
        let (name, after) = if guarded.is_some() { ("", behind) } else { name(behind) };
        out.push_str(guarded.unwrap_or(head));
        if name.is_empty() {
            out.push('$');
            rest = after;
            continue;
        }
        out.push_str(known.get(name).map_or("", String::as_str));
        // A closing brace goes with the name, even when none was opened.
        rest = after.strip_prefix('}').unwrap_or(after);
        if out.len() > LARGEST_EXPANDED {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}

/// How to write `value` so that it is read back unchanged. Keeps the quotes of `before` where they do.
pub(super) fn written(value: &str, before: Quote, has_comment: bool) -> String {
    let bare_is_safe = !value.contains(['$', '#', '\'', '"', '`', '\n', '\r']) && value.trim() == value;
    // A backslash before the closing single quote would guard it.
    let single_is_safe = !value.contains(['\'', '\r']) && !value.ends_with('\\');
    match before {
        Quote::Double if bare_is_safe && !value.contains('\\') => format!("\"{value}\""),
        Quote::Single if single_is_safe => format!("'{value}'"),
        // `KEY= # comment` is read in two ways by two generations of readers, so an empty value is quoted there.
        _ if bare_is_safe && !(value.is_empty() && has_comment) => value.to_owned(),
        _ if single_is_safe => format!("'{value}'"),
        // Some readers take the last quote in `\\"` for a guarded one, and lose that in `\""`; without quotes all agree.
        _ if value.ends_with(['\\', '"']) && is_plain_enough(value) => value.replace('$', "\\$"),
        _ => format!("\"{}\"", escape(value)),
    }
}

fn is_plain_enough(value: &str) -> bool {
    !value.contains(['#', '\n', '\r']) && !value.starts_with(['\'', '"']) && value.trim() == value
}

fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '\\' | '"' | '$' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out
}
