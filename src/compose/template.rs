//! `${NAME:-default}` in one text, with the grammar of docker's client and its consequences.

use std::collections::BTreeMap;

/// Why a text cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A `$` that starts nothing.
    Invalid,
    /// `${NAME:?message}` without a value.
    Required {
        /// The variable.
        name: String,
        /// What its author says about it.
        message: String,
    },
}

/// Fills the variables of `text` in. A variable without a value is empty.
///
/// A fault counts only when no later variable of the same text succeeds; docker's client forgets the earlier one.
pub(super) fn substitute(text: &str, env: &BTreeMap<String, String>) -> Result<String, Fault> {
    let mut filled = String::with_capacity(text.len());
    let mut fault = None;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            filled.push('$');
            rest = after;
            continue;
        }
        let Some((expression, after)) = expression(after) else {
            fault = Some(Fault::Invalid);
            rest = after;
            continue;
        };
        match value(expression, env) {
            Ok(value) => {
                filled.push_str(&value);
                fault = None;
            }
            Err(missing) => fault = Some(missing),
        }
        rest = after;
    }
    filled.push_str(rest);
    fault.map_or(Ok(filled), Err)
}

/// What stands after a `$`: the name with its operator, and the text behind it.
fn expression(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('{') {
        Some(inner) => {
            let (found, after) = inner.split_at_checked(length(inner)?)?;
            Some((found, after.strip_prefix('}')?))
        }
        None => text.split_at_checked(length(text)?),
    }
}

/// The length of a name and, when an operator follows it, of everything up to the next `}`.
fn length(text: &str) -> Option<usize> {
    // The long s and the Kelvin sign are what is left of `s` and `k` when docker's client takes no notice of case.
    let letter = |c: char| matches!(c, '_' | 'a'..='z' | 'A'..='Z' | '\u{17f}' | '\u{212a}');
    if !text.starts_with(letter) {
        return None;
    }
    let name = text.find(|c: char| !letter(c) && !c.is_ascii_digit()).unwrap_or(text.len());
    let rest = text.get(name..)?;
    let operator = rest.strip_prefix(':').unwrap_or(rest).starts_with(['-', '?']);
    Some(if operator { name + rest.find('}').unwrap_or(rest.len()) } else { name })
}

/// The value of a name with its operator. The operator is looked for anywhere in the text, so a `-` in a message wins over `:?`.
fn value(expression: &str, env: &BTreeMap<String, String>) -> Result<String, Fault> {
    if let Some((name, default)) = expression.split_once(":-") {
        return Ok(env.get(name).filter(|value| !value.is_empty()).cloned().unwrap_or_else(|| default.to_owned()));
    }
    if let Some((name, default)) = expression.split_once('-') {
        return Ok(env.get(name).cloned().unwrap_or_else(|| default.to_owned()));
    }
    let required = |name: &str, message: &str| Fault::Required { name: name.to_owned(), message: message.to_owned() };
    if let Some((name, message)) = expression.split_once(":?") {
        return env.get(name).filter(|value| !value.is_empty()).cloned().ok_or_else(|| required(name, message));
    }
    if let Some((name, message)) = expression.split_once('?') {
        return env.get(name).cloned().ok_or_else(|| required(name, message));
    }
    Ok(env.get(expression).cloned().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::substitute;

    #[test]
    fn templates_fill_in_as_dockers_client_does() {
        let env = [("FOO", "foo"), ("BAR", "bar"), ("EMPTY", "")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        for (text, expected) in [
            ("$$$FOO $${FOO}", Some("$foo ${FOO}")),
            ("${EMPTY:-d}${EMPTY-d}${UNSET-d}${UNSET:-}", Some("dd")),
            ("pre-$FOO-bar/${FOO}-x", Some("pre-foo}-x")),
            ("$UNSET-x}y", Some("x}y")),
            ("${UNSET:-${FOO}}", Some("${FOO}")),
            ("${UNSET:-a$$b}", Some("a$$b")),
            ("${FOO-a:-b}", Some("b")),
            ("${FOO:?must-be-set}", Some("be-set")),
            ("${FOO}-${UNSET:?err}-${FOO}", Some("foo--foo")),
            ("$1 ${BAR:-x}", Some("1 bar")),
            ("${BAR:-x} $1", None),
            ("${UNSET:?m}", None),
            ("${ FOO }", None),
            ("${FOO:+x}", None),
            ("${FOO", None),
            ("$$$", None),
            ("cost $", None),
        ] {
            assert_eq!(substitute(text, &env).ok().as_deref(), expected, "{text}");
        }
    }
}
