//! Lines as a page shows them.

use askama::Template;

use super::names::Names;
use crate::logs::Line;
use crate::logs::text::{Style, spans};

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    Line {
        /// RFC 3339 with nanoseconds.
        iso: String,
        /// Month, day and time of the day, in UTC.
        time: String,
        /// Service and slot.
        who: String,
        node: String,
        stderr: bool,
        /// It came when younger lines were shown already.
        late: bool,
        looks: Vec<Look>,
        /// The line is longer than what is shown.
        cut: bool,
    },
    /// Something about the lines around it.
    Note(String),
}

/// Text of one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Classes of a fixed set; empty for plain text.
    pub class: String,
    pub text: String,
}

/// Entries to put at the end of the list.
#[derive(Template)]
#[template(path = "apps/logs_lines.html")]
pub(super) struct LinesView {
    pub(super) rows: Vec<Row>,
}

pub(super) fn row(line: &Line, late: bool, names: &Names) -> Row {
    let at = jiff::Timestamp::from_nanosecond(line.at.into()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    Row::Line {
        iso: format!("{at:.9}"),
        time: at.strftime("%m-%d %H:%M:%S").to_string(),
        who: names.who(line),
        node: names.node(line).to_owned(),
        stderr: line.stderr,
        late,
        looks: looks(&line.text),
        cut: line.cut,
    }
}

/// The text in pieces of one look, with nothing in it that acts.
pub(in crate::web) fn looks(text: &str) -> Vec<Look> {
    spans(text).into_iter().map(|span| Look { class: class(span.style), text: span.text }).collect()
}

fn class(style: Style) -> String {
    let colour = style.colour.map(|n| format!("a{n}"));
    let others = [(style.bold, "ab"), (style.sign, "as")].into_iter().filter(|(is, _)| *is).map(|(_, class)| class.to_owned());
    colour.into_iter().chain(others).collect::<Vec<_>>().join(" ")
}

/// A number with commas, such as 5,210.
pub(in crate::web) fn counted(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many lines are not shown.
pub(super) fn skipped(lines: u64) -> Row {
    let s = if lines == 1 { "" } else { "s" };
    Row::Note(format!("… {} line{s} skipped", counted(lines)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        assert_eq!([7, 812, 5_210, 1_000_000].map(counted), ["7", "812", "5,210", "1,000,000"]);
        assert_eq!([skipped(1), skipped(5_210)], ["… 1 line skipped", "… 5,210 lines skipped"].map(|t| Row::Note(t.to_owned())));
    }

    #[test]
    fn a_style_is_of_a_fixed_set() {
        assert_eq!(class(Style { colour: Some(3), bold: true, sign: true }), "a3 ab as");
        assert_eq!(class(Style::default()), "");
    }
}
