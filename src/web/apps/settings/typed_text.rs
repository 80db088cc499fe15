//! What a browser does to a text between the page and the form that comes back, and how to undo it.
//!
//! A text area knows one kind of line break. Whatever the file had (LF, CR LF, a lone CR, a mixture), the form brings CR LF
//! everywhere. So the lines that came back are held against those of the file: a line that was there before keeps the end
//! that it had, and a new one gets the end that most lines of the file have.

use super::text_diff::{Step, steps};

const BOM: char = '\u{feff}';

/// The text as a text area can hold it: without a byte order mark, every line ended by LF.
pub(super) fn shown(text: &str) -> String {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The text that was meant by what came back from a form that showed `base`.
pub(super) fn restored(base: &str, typed: &str) -> String {
    let typed = shown(typed);
    let mark = base.starts_with(BOM);
    let old = lines(base.strip_prefix(BOM).unwrap_or(base));
    let new = lines(&typed);
    let usual = usual_end(&old);
    let texts = |of: &[(String, &'static str)]| of.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    let (a, b) = (texts(&old), texts(&new));
    let (a, b): (Vec<&str>, Vec<&str>) = (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
    let mut text = if mark { BOM.to_string() } else { String::new() };
    for step in steps(&a, &b) {
        let (before, line) = match step {
            Step::Same(i, j) => (old.get(i), new.get(j)),
            Step::Come(j) => (None, new.get(j)),
            Step::Gone(_) => continue,
        };
        let Some((line, typed_end)) = line else { continue };
        text.push_str(line);
        let kept = before.map(|(_, end)| *end).filter(|end| !end.is_empty()).unwrap_or(usual);
        text.push_str(if typed_end.is_empty() { "" } else { kept });
    }
    text
}

/// The lines, each with its end; only the last one may have none.
fn lines(text: &str) -> Vec<(String, &'static str)> {
    let mut lines = vec![];
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let (line, behind) = rest.split_at(at);
        let end = ["\r\n", "\n", "\r"].into_iter().find(|end| behind.starts_with(end)).unwrap_or("\n");
        lines.push((line.to_owned(), end));
        rest = behind.get(end.len()..).unwrap_or_default();
    }
    if !rest.is_empty() {
        lines.push((rest.to_owned(), ""));
    }
    lines
}

fn usual_end(lines: &[(String, &'static str)]) -> &'static str {
    let count = |wanted: &str| lines.iter().filter(|(_, end)| *end == wanted).count();
    let ends = ["\r", "\r\n", "\n"];
    // The last of equals counts, so a file without line breaks gets LF.
    ends.into_iter().max_by_key(|end| count(end)).unwrap_or("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a browser sends of a text area.
    fn sent(shown: &str) -> String {
        shown.replace('\n', "\r\n")
    }

    #[test]
    fn trap_9_a_text_that_nobody_changed_comes_back_byte_for_byte() {
        for text in [
            "",
            "\n",
            "A=1\nB=2\n",
            "A=1\nB=2",
            "A=1\r\nB=2\r\n",
            "\u{feff}TYPE=a\r\nA=1\r\n\r\n# ─── Mail ───\r\nB=2",
            "A=1\r\nB=2\nC=3\r\n",
            "A=1\rB=2\r",
            "A=1\r\r\nB=2\n\n\n",
            "\tA=1  \n\n  B=' x'\n\n",
        ] {
            assert_eq!(restored(text, &sent(&shown(text))), text, "{text:?}");
        }
    }

    #[test]
    fn a_changed_line_leaves_the_ends_of_the_others_as_they_were() {
        for (base, from, to, expected) in [
            ("A=1\r\nB=2\r\nC=3\r\n", "B=2", "B=x", "A=1\r\nB=x\r\nC=3\r\n"),
            ("A=1\nB=2\r\nC=3\n", "A=1", "A=1\nNEW=1", "A=1\nNEW=1\nB=2\r\nC=3\n"),
            ("A=1\r\nB=2\r\nC=3\n", "A=1\n", "", "B=2\r\nC=3\n"),
            ("A=1\r\nB=2", "B=2", "B=2\nC=3\n", "A=1\r\nB=2\r\nC=3\r\n"),
            ("A=1", "A=1", "A=1\nB=2", "A=1\nB=2"),
            ("A=1\nB=2\n", "B=2\n", "B=2", "A=1\nB=2"),
        ] {
            assert_eq!(restored(base, &sent(&shown(base).replacen(from, to, 1))), expected, "{base:?}");
        }
    }
}
