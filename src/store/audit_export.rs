//! An export: entries as a file that proves itself. Its head says what it holds and where its chain begins, its tail where it ends.
//! Of entries that a filter leaves out it has the number and the hash, so that the chain closes over them.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audit::Entry;
use super::chain::{Link, hex};
use crate::clock::Millis;

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    Jsonl,
    /// A table for spreadsheets; every cell in quotes.
    Csv,
}

impl Format {
    /// The format of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Jsonl, Self::Csv].into_iter().find(|format| format.name() == name)
    }

    /// Its name, which files end in too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

/// What an export holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Version of the format.
    pub canteen_audit: u32,
    /// What the entries had to fit; empty where all are here.
    pub filter: String,
    /// The chain begins behind this entry …
    pub after: i64,
    /// … whose hash is this.
    pub hash: String,
    /// The last entry that there was.
    pub upto: i64,
    pub at: Millis,
    pub by: String,
}

/// The version of [`Head`].
pub const VERSION: u32 = 1;

/// Entries that the filter left out, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub from: i64,
    pub to: i64,
    /// The hash of the last one.
    pub hash: String,
}

/// How an export ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tail {
    pub entries: i64,
    pub skipped: i64,
    pub last: i64,
    /// The hash of the last entry.
    pub hash: String,
    /// Over every byte before this line.
    pub sha256: String,
}

/// A line of an export: one of these.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) head: Option<Head>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) skipped: Option<Skipped>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tail: Option<Tail>,
    #[serde(flatten)]
    pub(super) link: Option<Link>,
}

/// The names of a table's columns.
pub(super) const COLUMNS: [&str; 9] = ["kind", "number", "hash", "text", "time", "who", "action", "object", "outcome"];

/// Writes an export piece by piece; it keeps no entry.
pub struct Export {
    format: Format,
    sum: Sha256,
    entries: i64,
    skipped: i64,
    gap: Option<Skipped>,
    last: i64,
    hash: String,
}

impl Export {
    /// Begins a file; the text is its beginning.
    pub fn begin(format: Format, head: Head) -> (Self, String) {
        let (last, hash) = (head.after, head.hash.clone());
        let mut export = Self { format, sum: Sha256::new(), entries: 0, skipped: 0, gap: None, last, hash };
        let mut text = String::new();
        if format == Format::Csv {
            row(&mut text, &COLUMNS.map(str::to_owned));
        }
        let (seq, hash) = (head.upto, head.hash.clone());
        export.line(&mut text, "head", seq, &hash, &Line { head: Some(head), ..Line::default() });
        export.sum.update(text.as_bytes());
        (export, text)
    }

    /// Adds the next entries, each with whether it fits the filter. The text is what follows in the file.
    pub fn take(&mut self, links: impl IntoIterator<Item = (Link, bool)>) -> String {
        let mut text = String::new();
        for (link, wanted) in links {
            (self.last, self.hash) = (link.seq, link.hash.clone());
            if wanted {
                self.close_gap(&mut text);
                self.entries += 1;
                match self.format {
                    Format::Jsonl => self.line(&mut text, "", 0, "", &Line { link: Some(link), ..Line::default() }),
                    Format::Csv => row(&mut text, &cells(&link)),
                }
            } else {
                self.skipped += 1;
                let gap = self.gap.get_or_insert_with(|| Skipped { from: link.seq, to: link.seq, hash: String::new() });
                (gap.to, gap.hash) = (link.seq, link.hash);
            }
        }
        self.sum.update(text.as_bytes());
        text
    }

    /// The end of the file.
    pub fn finish(mut self) -> String {
        let mut text = String::new();
        self.close_gap(&mut text);
        self.sum.update(text.as_bytes());
        let sha256 = hex(&self.sum.clone().finalize());
        let (last, hash) = (self.last, self.hash.clone());
        let tail = Tail { entries: self.entries, skipped: self.skipped, last, hash: hash.clone(), sha256 };
        self.line(&mut text, "tail", last, &hash, &Line { tail: Some(tail), ..Line::default() });
        text
    }

    fn close_gap(&mut self, text: &mut String) {
        if let Some(gap) = self.gap.take() {
            let (to, hash) = (gap.to, gap.hash.clone());
            self.line(text, "skipped", to, &hash, &Line { skipped: Some(gap), ..Line::default() });
        }
    }

    fn line(&self, text: &mut String, kind: &str, seq: i64, hash: &str, line: &Line) {
        // Texts and numbers always have a spelling in JSON.
        let json = serde_json::to_string(line).unwrap_or_default();
        match self.format {
            Format::Jsonl => {
                text.push_str(&json);
                text.push('\n');
            }
            Format::Csv => {
                let mut cells = [const { String::new() }; COLUMNS.len()];
                for (cell, value) in cells.iter_mut().zip([kind, &seq.to_string(), hash, &json]) {
                    value.clone_into(cell);
                }
                row(text, &cells);
            }
        }
    }
}

/// What a table says of an entry. What stands behind `text` is taken from it, for reading.
pub(super) fn cells(link: &Link) -> [String; 9] {
    let said = serde_json::from_str::<Entry>(&link.body).ok();
    let (time, who, action, object, outcome) = match said {
        Some(entry) => (entry.at.to_string(), entry.actor.name, entry.action, entry.target.name, entry.outcome),
        None => Default::default(),
    };
    let [time, who, action, object, outcome] = [time, who, action, object, outcome].map(|cell| harmless(&cell));
    ["entry".to_owned(), link.seq.to_string(), link.hash.clone(), link.body.clone(), time, who, action, object, outcome]
}

/// A cell that no spreadsheet takes for a formula, on one line. An entry's own text stays as it is: it begins with a brace.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let plain: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if formula { format!("'{plain}") } else { plain }
}

fn row(text: &mut String, cells: &[String; 9]) {
    for (place, cell) in cells.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        // Writing to a String can't fail.
        let _ok = write!(text, "{comma}\"{}\"", cell.replace('"', "\"\""));
    }
    text.push('\n');
}
