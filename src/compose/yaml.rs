//! YAML → tree. What a file may cost is decided here, before anything is built from it.

use super::{error::ComposeError, value::Node};
use reader::Reader;
use token::Mark;

mod collections;
mod cursor;
mod reader;
mod scalars;
mod scanner;
mod token;

/// Bytes of one file.
const MAX_BYTES: usize = 256 * 1024;
/// Values after every alias is replaced by what it stands for.
pub(super) const MAX_NODES: usize = 50_000;
/// Bytes of text after every alias is replaced by what it stands for.
pub(super) const MAX_EXPANDED_BYTES: usize = 4 * 1024 * 1024;
/// Mappings and lists inside each other.
pub(super) const MAX_DEPTH: usize = 64;

/// The first document of a file.
pub(super) struct Document {
    /// A mapping.
    pub(super) root: Node,
    /// Whether more documents follow, which nobody reads.
    pub(super) more_follow: bool,
    /// Line and tag of every value whose tag has no effect.
    pub(super) ignored_tags: Vec<(u32, String)>,
}

impl Document {
    /// Path and text of what the notation says without effect.
    pub(super) fn notices(&self) -> Vec<(String, String)> {
        let tags = self.ignored_tags.iter();
        let mut notices: Vec<_> =
            tags.map(|(line, tag)| (String::new(), format!("the tag `{tag}` in line {line} has no effect"))).collect();
        if self.more_follow {
            notices.push((String::new(), "only the first document of the file is read".to_owned()));
        }
        notices
    }
}

/// Reads the first document of `text`.
pub(super) fn parse(text: &str) -> Result<Document, ComposeError> {
    if text.len() > MAX_BYTES {
        return Err(too_big(&format!("{} bytes", text.len()), "at most 256 KiB are read"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    refuse_control_characters(text)?;
    Reader::new(text).document()
}

/// Refuses what cannot be shown, as docker's client does.
fn refuse_control_characters(text: &str) -> Result<(), ComposeError> {
    let unprintable = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    for (index, line) in text.split('\n').enumerate() {
        if line.contains(unprintable) {
            let fault = ComposeError::at("", "control characters are not allowed", "write them as an escape in double quotes");
            return Err(ComposeError { line: u32::try_from(index + 1).ok(), ..fault });
        }
    }
    Ok(())
}

/// A fault of the notation.
fn fault(mark: Mark, what: impl AsRef<str>, hint: &str) -> ComposeError {
    reader::placed(mark, ComposeError::at("", format!("no valid YAML: {}", what.as_ref()), hint))
}

fn too_big(what: &str, hint: &str) -> ComposeError {
    ComposeError::at("", format!("the file is too big: {what}"), hint)
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn refusal(text: &str) -> String {
        parse(text).err().expect("the text must be refused").what
    }

    #[test]
    fn bombs_are_refused_before_they_are_built() {
        let laugh = |level| format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}]\n", level - 1);
        let laughs = format!("a0: &a0 [x]\n{}", (1..30).map(laugh).collect::<String>());
        assert!(refusal(&laughs).contains("50000 values"));
        let big = format!("a: &a {}\nb: &b [{}]\nc: [{}]\n", "x".repeat(100_000), "*a, ".repeat(30), "*b, ".repeat(100));
        assert!(refusal(&big).contains("4 MiB"));
        assert!(refusal(&format!("a: &a x\nb: [{}]", "*a, ".repeat(300))).contains("200 aliases"));
        assert!(refusal(&format!("{}x{}", "[".repeat(100), "]".repeat(100))).contains("64 levels"));
        assert!(refusal(&"[".repeat(200_000)).contains("64 levels"));
        let nested = (0..60).fold(vec!["x"; 5000].join(","), |inner, level| format!("&a{level} [{inner}]"));
        assert!(refusal(&nested).contains("50000 values"));
        assert!(refusal(&format!("a: {}", "- ".repeat(100_000)).replace("a: ", "a:\n  ")).contains("64 levels"));
        assert!(refusal(&"x".repeat(300_000)).contains("300000 bytes"));
    }

    #[test]
    fn layouts_that_docker_reads_are_read() {
        for (text, same) in [
            ("s:\n  a:\n    c: [\n      x,\n  y\n]\n    d: z", "s: {a: {c: [x, y], d: z}}"),
            ("s:\n  a: {\n  b: c\n  }\n  d: e", "s: {a: {b: c}, d: e}"),
            ("s:\n  a: \"y\n\n z\nq\"\n  b: c", "s: {a: \"y\\nz q\", b: c}"),
            ("s:\n  a:\t\tb\n  c:\td", "s: {a: b, c: d}"),
            ("  s:\n    a: b\nc: d", "s: {a: b}"),
            ("s: {a:b, c: , d}", "s: {'a:b': ~, c: ~, d: ~}"),
            ("s: [a: b, ? c]", "s: [{a: b}, {c: ~}]"),
            ("s:\n- 'it''s'\n-\n- - b", "s: [\"it's\", ~, [b]]"),
            ("s: >\n  a\n  b\n\n   c\n\n  d\n\n", "s: \"a b\\n\\n c\\n\\nd\\n\""),
            ("s: |+\n\n  a\n\n# c", "s: \"\\na\\n\\n\""),
            ("s: |2-\n    a", "s: '  a'"),
            ("s: \"a \\\n   b\"", "s: a b"),
            ("%TAG !y! tag:yaml.org,2002:\n---\ns: !y!str 5", "s: '5'"),
            ("s: a\u{85}  b", "s: a b"),
        ] {
            assert_eq!(parse(text).unwrap().root, parse(same).unwrap().root, "{text}");
        }
    }

    #[test]
    fn what_docker_refuses_is_refused() {
        for text in [
            "s:\n\ta: b",
            "s:\n  - a\n\t\n  - b",
            "s:\n  - \ta",
            "s: |\n\ta",
            "s: a\n\tb",
            "s: \"\\/\"",
            "s: &a.b c",
            "s: &a: b",
            "s: [a, : b]",
            "s: a: b",
            "s: - a",
            "s: `a`",
            "s: [a",
            "s: 'a",
            "s: {a: b\nc: d",
            "s:\n    a: b\n  c: d",
            "%YAML 1.2\n---\ns: a",
            "%FOO\n---\ns: a",
            "s: !x!y a",
            "s: !<a",
            "s: *b",
            "s: {!x a: b}",
            "s: |0\n a",
            "s: |x\n a",
            "s: \"\\xZZ\"",
            "s: \"\\ud800\"",
            "s: a\n---\nb\nc: d",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_fault_of_the_notation_names_its_line() {
        for (text, line) in [("a: 1\nb: 2\na: 3\n", 3), ("a: &x [*x]\n", 1), ("a: 1\nb: *no\n", 2), ("a:\n  1: b\n", 2)] {
            assert_eq!(parse(text).err().and_then(|fault| fault.line), Some(line), "{text}");
        }
    }
}
