//! Checking an export, with nothing but the file.

use std::io::BufRead;

use sha2::{Digest, Sha256};

use super::audit_export::{COLUMNS, Head, Line, Skipped, Tail, VERSION, cells};
use super::chain::{Anchor, Checked, Checker, Link, hex};

/// What a file proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What the entries had to fit; empty where the file leaves none out.
    pub filter: String,
    /// Entries in the file.
    pub entries: i64,
    /// Entries that it leaves out.
    pub skipped: i64,
    /// Where its chain begins.
    pub anchor: Anchor,
    /// The last entry, and its hash.
    pub last: i64,
    pub head: String,
    /// SHA-256 of the whole file.
    pub sha256: String,
}

/// A file proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum Unproven {
    #[error("entry {seq} was changed: {why}")]
    Entry { seq: i64, why: String },
    #[error("line {0}: {1}")]
    Line(usize, String),
    #[error("it can't be read: {0}")]
    Read(#[from] std::io::Error),
}

impl From<Checked> for Unproven {
    fn from(found: Checked) -> Self {
        match found {
            Checked::Broken { seq, why } => Self::Entry { seq, why },
            Checked::Whole { entries, .. } => Self::Entry { seq: entries, why: "nothing is wrong with it".to_owned() },
        }
    }
}

/// Checks an export, and against checkpoints. One entry is in memory at a time.
pub fn prove(mut file: impl BufRead, marks: Vec<(i64, String)>) -> Result<Proof, Unproven> {
    let (mut sum, mut line, mut number) = (Sha256::new(), String::new(), 0);
    let mut reading = Reading { marks, ..Reading::default() };
    loop {
        line.clear();
        if file.read_line(&mut line)? == 0 {
            break;
        }
        number += 1;
        let before = sum.clone();
        sum.update(line.as_bytes());
        let said = read(line.trim_end_matches('\n'), number).map_err(|why| Unproven::Line(number, why))?;
        if let Some(said) = said {
            reading.take(said, number, before)?;
        }
    }
    reading.finish(number, hex(&sum.finalize()))
}

/// How far a file was read.
#[derive(Default)]
struct Reading {
    head: Option<Head>,
    checker: Option<Checker>,
    tail: Option<Tail>,
    entries: i64,
    skipped: i64,
    marks: Vec<(i64, String)>,
}

impl Reading {
    fn take(&mut self, line: Line, number: usize, before: Sha256) -> Result<(), Unproven> {
        let wrong = |why: &str| Err(Unproven::Line(number, why.to_owned()));
        if self.tail.is_some() {
            return wrong("something stands behind the end of the export");
        }
        if let Some(head) = line.head {
            if self.checker.is_some() {
                return wrong("an export has one head, on its first line");
            }
            if head.canteen_audit != VERSION {
                return wrong("another version of Canteen wrote this");
            }
            let anchor = Anchor { seq: head.after, hash: head.hash.clone() };
            self.checker = Some(Checker::behind(anchor, std::mem::take(&mut self.marks)).of_a_piece());
            self.head = Some(head);
            return Ok(());
        }
        let marks = &mut self.marks;
        // Exports of earlier versions have no head and begin with the first entry.
        let checker = self.checker.get_or_insert_with(|| Checker::behind(Anchor::default(), std::mem::take(marks)));
        if let Some(Skipped { from, to, hash }) = line.skipped {
            checker.skip(from, to, &hash)?;
            self.skipped += to.saturating_sub(from).saturating_add(1);
        } else if let Some(tail) = line.tail {
            if tail.sha256 != hex(&before.finalize()) {
                return wrong("the sum over the file is another: a line was changed, taken out or added");
            }
            self.tail = Some(tail);
        } else if let Some(link) = line.link {
            checker.take(&link)?;
            self.entries += 1;
        } else {
            return wrong("this is no line of an export");
        }
        Ok(())
    }

    fn finish(self, lines: usize, sha256: String) -> Result<Proof, Unproven> {
        let Some(checker) = self.checker else { return Err(Unproven::Line(lines, "the file is empty".to_owned())) };
        let (last, hash) = match checker.finish() {
            Checked::Whole { entries, head } => (entries, head),
            broken @ Checked::Broken { .. } => return Err(broken.into()),
        };
        let (filter, anchor) = match self.head {
            Some(head) => {
                let ends = self.tail.as_ref().is_some_and(|tail| (tail.last, &tail.hash) == (last, &hash));
                if !ends || last != head.upto {
                    let why = format!("it is missing: the export was made up to entry {}, and its end was cut off", head.upto);
                    return Err(Unproven::Entry { seq: last + 1, why });
                }
                (head.filter, Anchor { seq: head.after, hash: head.hash })
            }
            None => (String::new(), Anchor::default()),
        };
        Ok(Proof { filter, entries: self.entries, skipped: self.skipped, anchor, last, head: hash, sha256 })
    }
}

/// What a line says, in either format. `None` for the names of columns.
fn read(line: &str, number: usize) -> Result<Option<Line>, String> {
    if line.starts_with('{') {
        return json(line).map(Some);
    }
    let row = row(line)?;
    if number == 1 && row.iter().eq(COLUMNS) {
        return Ok(None);
    }
    let [kind, seq, hash, text, ..] = row.as_slice() else { return Err(format!("a row has {} cells", COLUMNS.len())) };
    if kind != "entry" {
        return json(text).map(Some);
    }
    let seq = seq.parse().map_err(|_no| format!("{seq:?} is no number of an entry"))?;
    let entry = Link { seq, body: text.clone(), hash: hash.clone() };
    if cells(&entry).as_slice() != row.as_slice() {
        return Err(format!("entry {seq} was changed: its cells do not say what its text says"));
    }
    Ok(Some(Line { link: Some(entry), ..Line::default() }))
}

fn json(text: &str) -> Result<Line, String> {
    serde_json::from_str(text).map_err(|e| format!("this is no entry: {e}"))
}

/// The cells of a row, every one in quotes.
fn row(line: &str) -> Result<Vec<String>, String> {
    let mut cells = vec![];
    let mut letters = line.chars().peekable();
    loop {
        if letters.next() != Some('"') {
            return Err("this is no line of an export".to_owned());
        }
        let mut cell = String::new();
        loop {
            match letters.next() {
                Some('"') if letters.next_if_eq(&'"').is_some() => cell.push('"'),
                Some('"') => break,
                Some(letter) => cell.push(letter),
                None => return Err("a cell has no end".to_owned()),
            }
        }
        cells.push(cell);
        match letters.next() {
            Some(',') => {}
            None => return Ok(cells),
            Some(_) => return Err("this is no line of an export".to_owned()),
        }
    }
}
