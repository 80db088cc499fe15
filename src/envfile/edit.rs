//! Changes to an `.env` file: each touches one line and leaves every other byte as it was.

use std::ops::Range;

use super::{
    file::EnvFile,
    lexer::{self, Assignment, Piece, Quote},
    value::written,
};

impl EnvFile {
    /// True when a variable may be called `key`: letters, digits, `_` and `.`.
    pub fn is_key(key: &str) -> bool {
        lexer::is_key(key)
    }

    /// Gives `key` the literal `value`: no `$` in it is expanded. Changes the assignment that counts and keeps its comment;
    /// a new key gets a line at the end. Nothing happens when the value is that already, when `key` is no name for a
    /// variable (see [`EnvFile::is_key`]), or when the file would pass 1 MiB.
    pub fn set(&mut self, key: &str, value: &str) {
        match self.assignment(key) {
            Some(_) if self.entry(key).is_some_and(|entry| entry.value == value) => {}
            Some(found) => {
                let (place, value) = (found.place.clone(), self.rewritten(found, value));
                self.replace(place.start, place.end, &value);
            }
            None if lexer::is_key(key) => self.append_line(&format!("{key}={}", written(value, Quote::Plain, false))),
            None => {}
        }
    }

    /// Like [`EnvFile::set`], but a new key takes the place of its commented-out line if the file has one.
    pub fn enable(&mut self, key: &str, value: &str) {
        match self.offer(key, value) {
            Some((mark, found, same)) if self.assignment(key).is_none() => {
                let (mark, place) = (mark.clone(), found.place.clone());
                if same {
                    self.replace(mark.start, mark.end, "");
                } else {
                    let name = self.text_ref().get(mark.end..place.start).unwrap_or_default();
                    let line = format!("{name}{}", self.rewritten(found, value));
                    self.replace(mark.start, place.end, &line);
                }
            }
            _ => self.set(key, value),
        }
    }

    /// The commented-out line that stands for `key`, and whether it has `value` already. A file may offer several values; the
    /// one that is meant can stay as it is written.
    fn offer(&self, key: &str, value: &str) -> Option<(&Range<usize>, &Assignment, bool)> {
        let offers = || {
            let all = self.dormant_assignments().zip(&self.dormant).filter(|((_, found), _)| found.key == key);
            all.map(|((mark, found), entry)| (mark, found, entry.value == value))
        };
        offers().find(|(.., same)| *same).or_else(|| offers().next())
    }

    /// Comments every assignment of `key` out, so that it is not set any more; set to nothing is another thing.
    pub fn disable(&mut self, key: &str) {
        self.comment_out(|found| found.key == key);
    }

    /// Comments the assignment that begins at `line` out, with all lines that it spans.
    pub fn disable_line(&mut self, line: usize) {
        self.comment_out(|found| found.line == line);
    }

    /// Comments the assignments out that `which` chooses, all at once.
    pub(super) fn comment_out(&mut self, which: impl Fn(&Assignment) -> bool) {
        let (mut text, mut at) = (String::new(), 0);
        for whole in self.assignments().filter(|found| which(found)).map(|found| found.whole.clone()) {
            let (Some(above), Some(lines)) = (self.text_ref().get(at..whole.start), self.text_ref().get(whole.clone())) else {
                return;
            };
            text.extend([above, "#", &lines.replace('\n', "\n#")]);
            at = whole.end;
        }
        self.replace(0, at, &text);
    }

    /// The assignment of `key` that counts.
    pub(super) fn assignment(&self, key: &str) -> Option<&Assignment> {
        self.assignments().filter(|found| found.key == key).last()
    }

    pub(super) fn assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.pieces.iter().filter_map(|piece| if let Piece::Assignment(found) = piece { Some(found) } else { None })
    }

    /// The commented-out assignments, each with the mark that makes it a comment.
    pub(super) fn dormant_assignments(&self) -> impl Iterator<Item = (&Range<usize>, &Assignment)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Dormant { mark, assignment } => Some((mark, assignment)),
            _ => None,
        })
    }

    /// How `value` is written in the place of `found`.
    fn rewritten(&self, found: &Assignment, value: &str) -> String {
        let tail = self.text_ref().get(found.place.end..).unwrap_or_default();
        // Behind a closing quote a comment may follow at once; behind a bare value it needs a blank.
        let gap = if tail.starts_with('#') { " " } else { "" };
        written(value, found.quote, found.comment.is_some()) + gap
    }

    /// Puts `line` behind the last line.
    pub(super) fn append_line(&mut self, line: &str) {
        let (text, end) = (self.text_ref(), self.line_break());
        let before = if text.is_empty() || text == "\u{feff}" || text.ends_with('\n') { "" } else { end };
        let at = text.len();
        self.replace(at, at, &format!("{before}{line}{end}"));
    }

    /// The line break of this file.
    pub(super) fn line_break(&self) -> &'static str {
        if self.text_ref().split('\n').next().is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
    }

    /// Puts `with` in the place of the bytes from `start` to `end`.
    pub(super) fn replace(&mut self, start: usize, end: usize, with: &str) {
        let text = self.text_ref();
        let (Some(head), Some(tail)) = (text.get(..start), text.get(end..)) else { return };
        if let Ok(edited) = Self::parse(&format!("{head}{with}{tail}")) {
            *self = edited;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Edit {
        verb: String,
        text: String,
        key: String,
        value: String,
        expected: String,
    }

    #[test]
    fn an_edit_changes_one_line_and_keeps_its_comment() {
        let edits: Vec<Edit> = serde_json::from_str(include_str!("../../tests/data/env/edits.json")).unwrap();
        assert!(edits.len() > 20);
        for Edit { verb, text, key, value, expected } in edits {
            let mut file = EnvFile::parse(&text).unwrap();
            match verb.as_str() {
                "set" => file.set(&key, &value),
                "enable" => file.enable(&key, &value),
                other => panic!("no edit is called {other}"),
            }
            assert_eq!(file.text(), expected, "{verb} {key}={value} in {text:?}");
        }
    }

    #[test]
    fn whatever_is_written_is_read_back() {
        let values: Vec<String> = serde_json::from_str(include_str!("../../tests/data/env/values.json")).unwrap();
        for text in ["", "K=old # length=8\nX=1", "K='old'\n", "K=\"old\" # c\n"] {
            for value in &values {
                let mut file = EnvFile::parse(text).unwrap();
                file.set("K", value);
                assert_eq!(file.get("K").as_ref(), Some(value), "{}", file.text());
                assert_eq!(file.modifiers("K").length.is_some(), text.contains("length"), "{}", file.text());
                assert_eq!(file.entries().len(), if text.contains("X=") { 2 } else { 1 }, "{}", file.text());
            }
        }
    }
}
