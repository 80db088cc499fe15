//! Layouts that docker's client reads and the event parser refuses: brackets and quotes that run over lines without enough
//! indentation, and a tab behind a colon. White space means nothing there, so the text is mended where the parser stops.

use super::value::{Kind, Node};
use saphyr_parser::ScanError;
use std::collections::BTreeMap;

/// Bytes that may be read again, over all attempts.
const MAX_REREAD: usize = 4 * 1024 * 1024;
/// More than this is not added to a line.
const MAX_INDENT: usize = 256;

/// The text of a file, mended so far.
pub(super) struct Layout {
    lines: Vec<String>,
    /// Columns added, by the number of the line.
    added: BTreeMap<u32, u32>,
    left: usize,
}

impl Layout {
    pub(super) fn new(text: &str) -> Self {
        Self { lines: text.split('\n').map(str::to_owned).collect(), added: BTreeMap::new(), left: MAX_REREAD }
    }

    pub(super) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Whether the fault could be mended, so that reading again may get further.
    pub(super) fn mend(&mut self, fault: &ScanError) -> bool {
        let size = self.lines.iter().map(String::len).sum();
        let Some(left) = self.left.checked_sub(size) else { return false };
        self.left = left;
        let (line, column) = (fault.marker().line(), fault.marker().col());
        match fault.info() {
            "invalid indentation" | "invalid indentation in flow construct" => self.indent(line),
            // The parser names the line of the opening quote: the first line behind it that was not tried is next.
            "invalid indentation in quoted scalar" => {
                let rest = self.lines.iter().enumerate().skip(line);
                let untried = rest.map(|(index, text)| (index + 1, text)).find(|(number, text)| {
                    !text.trim().is_empty() && u32::try_from(*number).is_ok_and(|number| !self.added.contains_key(&number))
                });
                untried.map(|(number, _)| number).is_some_and(|number| self.indent(number))
            }
            "':' must be followed by a valid YAML whitespace" => self.untab(line, column),
            _ => false,
        }
    }

    /// Moves a line behind everything above it.
    fn indent(&mut self, number: usize) -> bool {
        let Ok(key) = u32::try_from(number) else { return false };
        let as_written = self.lines.iter().zip(1_u32..).take(number).filter(|(_, above)| !self.added.contains_key(above));
        let deepest = as_written.map(|(line, _)| line.len() - line.trim_start_matches(' ').len()).max();
        let wanted = deepest.unwrap_or_default().min(MAX_INDENT) + 1;
        let Some(line) = number.checked_sub(1).and_then(|index| self.lines.get_mut(index)) else { return false };
        if self.added.contains_key(&key) {
            return false;
        }
        line.insert_str(0, &" ".repeat(wanted));
        self.added.insert(key, u32::try_from(wanted).unwrap_or_default());
        true
    }

    /// Turns the tabs before the column into spaces.
    fn untab(&mut self, number: usize, column: usize) -> bool {
        let Some(line) = number.checked_sub(1).and_then(|index| self.lines.get_mut(index)) else { return false };
        let end = line.char_indices().nth(column).map_or(line.len(), |(index, _)| index);
        let Some((before, after)) = line.split_at_checked(end) else { return false };
        let kept = before.trim_end_matches(['\t', ' ']);
        let mended = format!("{kept}{}{after}", " ".repeat(before.len() - kept.len()));
        let changed = mended != *line;
        *line = mended;
        changed
    }

    /// The column in the file of a column in the mended text.
    pub(super) fn column(&self, line: u32, column: u32) -> u32 {
        column.saturating_sub(self.added.get(&line).copied().unwrap_or_default()).max(1)
    }

    /// Puts the places of the file into a tree of the mended text.
    pub(super) fn restore(&self, node: &mut Node) {
        if self.added.is_empty() {
            return;
        }
        node.column = self.column(node.line, node.column);
        match &mut node.kind {
            Kind::List(items) => items.iter_mut().for_each(|item| self.restore(item)),
            Kind::Map(map) => map.values_mut().for_each(|value| self.restore(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::compose::yaml::parse;

    #[test]
    fn layouts_that_docker_reads_are_read() {
        for (text, same) in [
            ("s:\n  a:\n    c: [\n      x,\n  y\n]\n    d: z", "s: {a: {c: [x, y], d: z}}"),
            ("s:\n  a: {\n  b: c\n  }\n  d: e", "s: {a: {b: c}, d: e}"),
            ("s:\n  a: \"y\n\n z\nq\"\n  b: c", "s: {a: \"y\\nz q\", b: c}"),
            ("s:\n  a:\t\tb\n  c:\td", "s: {a: b, c: d}"),
        ] {
            assert_eq!(parse(text).unwrap().root, parse(same).unwrap().root, "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_file() {
        let document = parse("s:\n    a: [\n  x, y\n    ]\n").unwrap();
        assert_eq!(document.root.locate("s.a.1"), (3, 6));
    }
}
