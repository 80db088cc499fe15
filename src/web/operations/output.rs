//! What the commands of an operation wrote: the end of it on the page, all that is kept as a file.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

use crate::access::Grant;
use crate::access::action::ReadOutput;
use crate::ops::output::STDERR;
use crate::store::journal::{FULL, Line};
use crate::web::Site;
use crate::web::apps::logs::{Look, counted, looks};
use crate::web::failure::Failure;
use crate::web::form::Id;

use super::found;

/// What one step wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputPart {
    pub step: String,
    /// How much is not here; empty if this is everything.
    pub left_out: String,
    pub lines: Vec<OutputLine>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLine {
    pub stderr: bool,
    pub looks: Vec<Look>,
}

/// Lines of one step on the page.
const SHOWN: usize = 300;

/// Whether commands wrote anything.
pub(super) fn written(journal: &[Line]) -> bool {
    journal.iter().any(|line| stream(line).is_some())
}

/// A line, and whether it went to standard error.
type Written<'a> = (bool, &'a str);

pub(super) fn parts(journal: &[Line]) -> Vec<OutputPart> {
    let mut parts: Vec<(String, u64, Vec<Written>)> = vec![];
    let mut full = false;
    for row in journal {
        full |= row.level == FULL;
        let gap = if row.level == "cut" { row.text.parse().unwrap_or(0) } else { 0 };
        let Some(stderr) = stream(row).or((gap > 0).then_some(false)) else { continue };
        if parts.last().is_none_or(|(step, ..)| *step != row.step) {
            parts.push((row.step.clone(), 0, vec![]));
        }
        let Some((_, left_out, lines)) = parts.last_mut() else { continue };
        *left_out += gap;
        if gap == 0 {
            lines.extend(row.text.split('\n').map(|line| (stderr, line)));
        }
    }
    let mut parts: Vec<OutputPart> = parts.into_iter().map(|(step, left_out, lines)| part(step, left_out, &lines)).collect();
    if let Some(last) = parts.last_mut().filter(|_| full) {
        if !last.left_out.is_empty() {
            last.left_out.push(' ');
        }
        last.left_out.push_str("The operation said more than is kept: the rest is not here.");
    }
    parts
}

fn part(step: String, cut: u64, lines: &[Written]) -> OutputPart {
    let skip = lines.len().saturating_sub(SHOWN);
    let mut told = vec![];
    if skip > 0 {
        told.push(format!(
            "The last {SHOWN} lines; {} before them are in the file.",
            counted(u64::try_from(skip).unwrap_or_default())
        ));
    }
    if cut > 0 {
        told.push(format!("There was more than is kept: {} lines in the middle were left out.", counted(cut)));
    }
    let line = |(stderr, text): &(bool, &str)| OutputLine { stderr: *stderr, looks: looks(text) };
    OutputPart { step, left_out: told.join(" "), lines: lines.iter().skip(skip).map(line).collect() }
}

/// All that is kept, as text.
pub async fn output(may: Grant<ReadOutput>, Id(id): Id, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (_may, operation) = found(&may, id, &site).await?;
    let journal = site.store.journal(operation.id, 0).await?;
    let mut text = String::new();
    for row in &journal {
        if row.level == "cut" {
            text.push_str("… ");
            text.push_str(&row.text);
            text.push_str(" lines left out\n");
        } else if row.level == FULL {
            text.push_str("… from here on more was written than is kept\n");
        } else if let Some(stderr) = stream(row) {
            for line in row.text.split('\n') {
                text.push_str(if stderr { STDERR } else { "" });
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let name = format!("attachment; filename=\"operation-{id}.txt\"");
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(text))
}

/// Whether it is a command's output, and if so, whether of stderr.
fn stream(line: &Line) -> Option<bool> {
    match line.level.as_str() {
        "out" => Some(false),
        "err" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(step: &str, level: &str, text: &str) -> Line {
        Line { operation_id: 1, seq: 1, at: 0, step: step.into(), level: level.into(), text: text.into() }
    }

    #[test]
    fn output_is_told_step_by_step_with_what_is_missing() {
        let long = vec!["x"; SHOWN + 5].join("\n");
        let journal = [
            row("a", "begin", ""),
            row("a", "out", "one\ntwo"),
            row("a", "err", "bad"),
            row("b", "out", &long),
            row("b", "cut", "1234"),
        ];
        let parts = parts(&journal);
        let told: Vec<_> = parts.iter().map(|p| (p.step.as_str(), p.lines.len())).collect();
        assert_eq!(told, [("a", 3), ("b", SHOWN)]);
        assert_eq!(parts[0].lines.iter().map(|l| l.stderr).collect::<Vec<_>>(), [false, false, true]);
        assert!(parts[0].left_out.is_empty());
        assert!(parts[1].left_out.contains("5 before them") && parts[1].left_out.contains("1,234 lines"), "{}", parts[1].left_out);
    }
}
