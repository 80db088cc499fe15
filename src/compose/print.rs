//! YAML that every reader understands alike: strings are quoted wherever a reader of YAML 1.1 would see something else in them.

use serde_yaml::Value;
use std::fmt::Write as _;

/// Words that YAML 1.1 takes for booleans or nothing, in lower case.
const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];

/// The value as a document in block style, two spaces deeper for each level.
pub(super) fn print(value: &Value) -> String {
    let mut text = String::new();
    block(&mut text, value, 0);
    text
}

/// Whole lines; the cursor is at the beginning of one.
fn block(text: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Mapping(map) if !map.is_empty() => {
            for (key, value) in map {
                text.push_str(&indent);
                text.push_str(&scalar(key));
                text.push(':');
                behind(text, value, depth);
            }
        }
        Value::Sequence(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&indent);
                text.push('-');
                behind(text, item, depth);
            }
        }
        other => {
            text.push_str(&indent);
            text.push_str(&scalar(other));
            text.push('\n');
        }
    }
}

/// Behind a colon or a dash: on the same line, or on lines of its own.
fn behind(text: &mut String, value: &Value, depth: usize) {
    let nested = match value {
        Value::Mapping(map) => !map.is_empty(),
        Value::Sequence(items) => !items.is_empty(),
        _ => false,
    };
    if nested {
        text.push('\n');
        block(text, value, depth + 1);
    } else {
        text.push(' ');
        text.push_str(&scalar(value));
        text.push('\n');
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => number.as_f64().filter(|_| number.is_f64()).map_or_else(|| number.to_string(), float),
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(text) => quoted(text),
        Value::Mapping(_) => "{}".to_owned(),
        Value::Sequence(_) => "[]".to_owned(),
        // Points in time are the only tagged values of the model, and stand without quotes.
        Value::Tagged(tagged) => tagged.value.as_str().map_or_else(|| scalar(&tagged.value), str::to_owned),
    }
}

/// With as few digits as tell it apart. Ratios have single precision in the model.
fn float(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "only a number that survives it is taken")]
    let single = number as f32;
    let shortest =
        if f64::from(single).to_bits() == number.to_bits() { single.to_string().parse().unwrap_or(number) } else { number };
    super::float::printed(shortest)
}

/// Whether the text means itself without quotes. Anything doubtful is quoted, which is never wrong.
fn is_plain(text: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/');
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-');
    text.starts_with(first) && text.chars().all(rest) && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        let written = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            '\n' => write!(quoted, "\\n"),
            '\t' => write!(quoted, "\\t"),
            // Readers refuse or fold these where they stand as they are.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                write!(quoted, "\\u{:04x}", u32::from(c))
            }
            c => write!(quoted, "{c}"),
        };
        debug_assert!(written.is_ok(), "a string can be written");
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_reader_would_take_for_something_else_is_quoted() {
        for text in [
            "yes",
            "On",
            "n",
            "1:20",
            "2020-01-01",
            "0o7",
            "~",
            "1_000",
            ".5",
            "=",
            "<<",
            "",
            " a",
            "a: b",
            "- x",
            "12e03",
            "a #b",
            "@x",
        ] {
            assert_eq!(scalar(&Value::from(text)), format!("\"{text}\""));
        }
        for text in ["bb", "/var/lib", "a.b-c_d", "overlay"] {
            assert_eq!(scalar(&Value::from(text)), text);
        }
    }

    #[test]
    fn numbers_have_no_more_digits_than_they_were_written_with() {
        for (number, text) in
            [(f64::from(0.00001_f32), "1e-05"), (f64::from(0.1_f32), "0.1"), (0.1, "0.1"), (1.0, "1"), (2.5, "2.5")]
        {
            assert_eq!(scalar(&Value::from(number)), text);
        }
    }

    #[test]
    fn every_string_is_read_back_as_it_was() {
        let odd = "a\tb\nc\r\\\"\u{0}\u{1b}\u{7f}\u{85}\u{2028}\u{feff}é🦀 ";
        let nested = serde_yaml::from_str::<Value>("{a: [], b: {}, c: [[1, x], {d: null, e: 0.5}], f: true, 1: one}").unwrap();
        for value in [Value::from(odd), nested] {
            assert_eq!(serde_yaml::from_str::<Value>(&print(&value)).unwrap(), value);
        }
    }
}
