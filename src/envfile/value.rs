//! From the written value to the value (escapes, `$NAME`) and back (which quotes a value needs).

use std::collections::BTreeMap;

use super::lexer::Quote;

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

/// Replaces `$NAME` and `${NAME}` for upper-case names; an unknown one becomes nothing, `$other` stays.
fn expand(text: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((head, behind)) = rest.split_once('$') {
        rest = behind;
        if let Some(head) = head.strip_suffix('\\') {
            out.push_str(head);
            out.push('$');
            continue;
        }
        out.push_str(head);
        let bare = behind.strip_prefix('{');
        let named = bare.unwrap_or(behind);
        let len = named.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).unwrap_or(named.len());
        let (name, after) = named.split_at(len);
        if name.is_empty() {
            out.push('$');
            continue;
        }
        out.push_str(known.get(name).map_or("", String::as_str));
        rest = if bare.is_some() { after.strip_prefix('}').unwrap_or(after) } else { after };
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
        // Some readers take the quote in `\\"` for a guarded one; such a value is safer without quotes if it can be.
        _ if value.ends_with('\\') && is_plain_enough(value) => value.replace('$', "\\$"),
        _ => format!("\"{}\"", escape(value)),
    }
}

fn is_plain_enough(value: &str) -> bool {
    !value.contains(['#', '\n', '\r', '\'', '"']) && value.trim() == value
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
