//! An `.env` file: its text, and what the text says.

use std::{collections::BTreeMap, fmt};

use super::{
    error::EnvError,
    lexer::{self, Assignment, Piece},
    modifier::Modifiers,
    value,
};

/// All values together, `$NAME` replaced, in bytes: many lines could repeat one large value.
const LARGEST_TOTAL: usize = 4 * EnvFile::LARGEST;

/// The `.env` of an app. Holds the text byte for byte; see the module comment of the folder.
#[derive(Clone)]
pub struct EnvFile {
    text: String,
    pub(super) pieces: Vec<Piece>,
    /// One for each assignment, in file order.
    entries: Vec<Entry>,
    /// One for each commented-out assignment, in file order.
    pub(super) dormant: Vec<Entry>,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The variable.
    pub key: String,
    /// Its value at this line, `$NAME` replaced.
    pub value: String,
    /// The line where it begins, counted from 1.
    pub line: usize,
    /// What its trailing comment says about generating a secret.
    pub modifiers: Modifiers,
}

/// Whether an assignment counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// It is in force.
    Active,
    /// It is commented out, as an option to switch on.
    Dormant,
}

/// A line as a form or a help text needs it.
#[derive(Debug, Clone, Copy)]
pub enum EnvLine<'f> {
    /// Nothing but blanks.
    Blank,
    /// A comment, with its `#`.
    Comment(&'f str),
    /// An assignment.
    Setting {
        /// In force or commented out.
        state: LineState,
        /// What it says. The value of a dormant line is the one it would have.
        entry: &'f Entry,
        /// The value as written, without quotes: `$COMPOSE_FILE:compose.smtp.yml`.
        raw: &'f str,
        /// The comment behind the value, without its `#`.
        note: Option<&'f str>,
    },
}

impl EnvFile {
    /// The largest file that is read, in bytes. It is the settings of one app, not a data store.
    pub const LARGEST: usize = 1024 * 1024;

    /// Reads what may not even be text. Fails where [`EnvFile::parse`] fails, and at the first line that is not UTF-8.
    pub fn read(bytes: &[u8]) -> Result<Self, EnvError> {
        within_size(bytes)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(fault) => Err(EnvError::new(
                line_at(bytes, fault.valid_up_to()),
                "this line is not text in UTF-8",
                "save the file as UTF-8 in your editor",
            )),
        }
    }

    /// Reads a file. Fails at the first line that is no assignment, comment or blank, and when a limit is passed: 1 MiB,
    /// 20,000 lines, or what values grow to when they name each other. A fault always has a line.
    pub fn parse(text: &str) -> Result<Self, EnvError> {
        within_size(text.as_bytes())?;
        let pieces = lexer::lex(text)?;
        let (mut entries, mut dormant) = (Vec::new(), Vec::new());
        let mut known = BTreeMap::new();
        let mut total = 0;
        for piece in &pieces {
            let (Piece::Assignment(found) | Piece::Dormant { assignment: found, .. }) = piece else { continue };
            let entry = entry(found, &known)?;
            total += entry.value.len();
            if total > LARGEST_TOTAL {
                return Err(too_large(found));
            }
            if matches!(piece, Piece::Assignment(_)) {
                known.insert(entry.key.clone(), entry.value.clone());
                entries.push(entry);
            } else {
                dormant.push(entry);
            }
        }
        Ok(Self { text: text.to_owned(), pieces, entries, dormant })
    }

    /// The file, byte for byte as it was read or edited.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    pub(super) fn text_ref(&self) -> &str {
        &self.text
    }

    /// Every variable with its value; of several assignments the last one counts.
    pub fn values(&self) -> BTreeMap<String, String> {
        self.entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }

    /// The assignments in file order, repeated keys included.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The value of `key`; `None` when it is not set, which differs from set to nothing.
    pub fn get(&self, key: &str) -> Option<String> {
        self.entry(key).map(|entry| entry.value.clone())
    }

    /// The assignment of `key` that counts.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rfind(|entry| entry.key == key)
    }

    /// What the trailing comment of `key` says; the defaults when there is none.
    pub fn modifiers(&self, key: &str) -> Modifiers {
        self.entry(key).map(|entry| entry.modifiers.clone()).unwrap_or_default()
    }

    /// The lines in order, with commented-out assignments recognised.
    pub fn lines(&self) -> Vec<EnvLine<'_>> {
        let (mut active, mut dormant) = (self.entries.iter(), self.dormant.iter());
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Blank => Some(EnvLine::Blank),
                Piece::Comment(text) => Some(EnvLine::Comment(text)),
                Piece::Assignment(found) => line(LineState::Active, active.next(), found),
                Piece::Dormant { assignment, .. } => line(LineState::Dormant, dormant.next(), assignment),
            })
            .collect()
    }
}

fn within_size(bytes: &[u8]) -> Result<(), EnvError> {
    if bytes.len() <= EnvFile::LARGEST {
        return Ok(());
    }
    let line = line_at(bytes, EnvFile::LARGEST);
    Err(EnvError::new(line, "here the file grows beyond 1 MiB", "move large values into configs or secrets"))
}

/// The line in which the byte `at` stands, counted from 1.
fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn line<'f>(state: LineState, entry: Option<&'f Entry>, found: &'f Assignment) -> Option<EnvLine<'f>> {
    entry.map(|entry| EnvLine::Setting { state, entry, raw: &found.raw, note: found.comment.as_deref() })
}

fn entry(found: &Assignment, known: &BTreeMap<String, String>) -> Result<Entry, EnvError> {
    let value = value::evaluate(&found.raw, found.quote, known).ok_or_else(|| too_large(found))?;
    let modifiers = found.comment.as_deref().map(Modifiers::parse).unwrap_or_default();
    Ok(Entry { key: found.key.clone(), value, line: found.line, modifiers })
}

fn too_large(found: &Assignment) -> EnvError {
    let what = format!("with {} the values grow too large", found.key);
    EnvError::new(found.line, what, "write values out instead of repeating large ones")
}

/// Values may be passwords, so only the keys are printed.
impl fmt::Debug for EnvFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|entry| &entry.key)).finish()
    }
}

impl PartialEq for EnvFile {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for EnvFile {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vector {
        text: String,
        values: BTreeMap<String, String>,
        #[serde(default)]
        modifiers: BTreeMap<String, String>,
    }

    #[test]
    fn every_vector_is_read_as_it_should_and_kept_byte_for_byte() {
        let vectors: Vec<Vector> = serde_json::from_str(include_str!("../../tests/data/env/vectors.json")).unwrap();
        assert!(vectors.len() > 30);
        for Vector { text, values, modifiers } in vectors {
            let file = EnvFile::parse(&text).unwrap_or_else(|fault| panic!("{text:?}: {fault}"));
            assert_eq!((file.values(), &file.text()), (values, &text));
            for (key, comment) in modifiers {
                assert_eq!(file.modifiers(&key), Modifiers::parse(&comment), "{text:?}");
            }
        }
    }

    #[test]
    fn a_file_of_an_old_editor_is_read_and_kept() {
        let text = include_str!("../../tests/data/env/rough.env");
        assert!(text.starts_with('\u{feff}') && text.contains("\r\n") && !text.ends_with('\n'));
        let file = EnvFile::parse(text).unwrap();
        assert_eq!(file.text(), text);
        let found: Vec<_> = file.entries().iter().map(|entry| (entry.line, entry.key.as_str(), entry.value.as_str())).collect();
        let expected = [(1, "TYPE", "bakery"), (3, "TABBED", "x"), (5, "TWO_LINES", "one\ntwo"), (7, "AFTER", "one\ntwo!")];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_fault_names_its_line() {
        let faults: Vec<BTreeMap<String, String>> = serde_json::from_str(include_str!("../../tests/data/env/faults.json")).unwrap();
        for case in faults {
            let fault = EnvFile::parse(&case["text"]).unwrap_err();
            assert!(fault.to_string().starts_with(&case["says"]) && !fault.hint.is_empty(), "{fault}");
        }
    }

    #[test]
    fn doubling_a_value_line_after_line_is_stopped() {
        let text: String =
            std::iter::once("A=xxxxxxxxxxxxxxxx\n".to_owned()).chain((0..64).map(|_| "A=$A$A\n".to_owned())).collect();
        assert!(EnvFile::parse(&text).unwrap_err().what.contains("grow too large"));
        let text = format!("A={}\n{}", "x".repeat(200_000), "#B=$A\n".repeat(1000));
        assert_eq!(EnvFile::parse(&text).unwrap_err().line, 21, "options count as well");
    }

    #[test]
    fn printing_a_file_for_debugging_shows_no_values() {
        assert_eq!(format!("{:?}", EnvFile::parse("DB_PASSWORD=hunter2").unwrap()), "[\"DB_PASSWORD\"]");
    }
}
