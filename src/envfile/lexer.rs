//! Takes the text of an `.env` file apart into blank lines, comments and assignments, each with its place in the text.

use std::ops::Range;

use super::error::EnvError;

/// One line of the file, or several when a quoted value spans them.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Blank,
    /// The whole line of a comment, from its `#`.
    Comment(String),
    /// A comment that holds an assignment somebody may switch on: `#COMPOSE_FILE="$COMPOSE_FILE:compose.smtp.yml"`.
    Dormant {
        /// The `#` and the blanks behind it: what to take away.
        mark: Range<usize>,
        assignment: Assignment,
    },
    Assignment(Assignment),
}

/// `KEY=value # comment`.
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    pub(super) key: String,
    pub(super) quote: Quote,
    /// The value as written, without its quotes.
    pub(super) raw: String,
    /// Where the value stands, with its quotes; empty right behind the separator when there is none.
    pub(super) place: Range<usize>,
    /// Where the statement begins (`export` included) and where its line ends, the line break not counted.
    pub(super) whole: Range<usize>,
    /// The text behind the `#`.
    pub(super) comment: Option<String>,
    /// The first line, counted from 1.
    pub(super) line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    Plain,
    Single,
    Double,
}

/// More than any app has; pages and forms hold something for each.
const MOST_LINES: usize = 20_000;

/// Takes `text` apart; the pieces come in file order.
pub(super) fn lex(text: &str) -> Result<Vec<Piece>, EnvError> {
    if let Some((above, _)) = text.split_once('\0') {
        let line = above.matches('\n').count() + 1;
        return Err(EnvError::new(line, "there is a NUL byte in this line", "save the file as plain text in UTF-8"));
    }
    // Editors on Windows put a byte order mark in front; it belongs to no key.
    let mut lexer = Lexer { text, at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }, line: 1 };
    let mut pieces = Vec::new();
    while lexer.at < text.len() {
        if pieces.len() == MOST_LINES {
            let what = format!("the file has more than {MOST_LINES} lines");
            return Err(EnvError::new(lexer.line, what, "keep only the variables of this app, one line for each"));
        }
        pieces.push(lexer.piece()?);
    }
    Ok(pieces)
}

/// True when a variable may have this name.
pub(super) fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl<'t> Lexer<'t> {
    fn piece(&mut self) -> Result<Piece, EnvError> {
        let line = self.rest_of_line();
        let trimmed = line.trim_start();
        let piece = if trimmed.is_empty() {
            Piece::Blank
        } else if trimmed.starts_with('#') {
            self.skip(line.len() - trimmed.len());
            self.comment(trimmed)
        } else {
            self.skip(line.len() - trimmed.len());
            Piece::Assignment(self.assignment()?)
        };
        self.next_line();
        Ok(piece)
    }

    fn comment(&self, comment: &str) -> Piece {
        let inner = comment.trim_start_matches('#').trim_start();
        let mark = self.at..self.at + comment.len() - inner.len();
        let key_len = inner.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).unwrap_or(0);
        let (key, behind) = inner.split_at(key_len);
        // Prose such as `# NOTE: restart afterwards` is no option, so only `=` right behind the name counts here.
        if key.starts_with(|c: char| c.is_ascii_uppercase()) && behind.starts_with('=') {
            let until = self.text.get(..self.at + comment.len()).unwrap_or_default();
            if let Ok(assignment) = (Lexer { text: until, at: mark.end, line: self.line }).assignment() {
                return Piece::Dormant { mark, assignment };
            }
        }
        Piece::Comment(comment.trim_end().to_owned())
    }

    fn assignment(&mut self) -> Result<Assignment, EnvError> {
        let (start, line) = (self.at, self.line);
        if let Some(behind) = self.rest_of_line().strip_prefix("export")
            && behind.starts_with(is_blank)
        {
            self.skip("export".len() + blanks(behind));
        }
        let key = self.key()?;
        let behind = self.rest_of_line();
        let opening = blanks(behind);
        let (quote, raw, place) = match behind.trim_start_matches(is_blank).chars().next() {
            Some('\'') => self.quoted(&key, opening, Quote::Single)?,
            Some('"') => self.quoted(&key, opening, Quote::Double)?,
            _ => {
                if behind.trim_end_matches('\r').trim_start_matches(is_blank).contains('\r') {
                    // Readers disagree on where such a line ends.
                    return Err(EnvError::new(
                        self.line,
                        format!("the line of {key} holds a carriage return that does not end it"),
                        "save the file with the line ends of Unix or Windows, or put the value between double quotes with \\r in it",
                    ));
                }
                let written = behind.get(..plain_end(behind)).unwrap_or_default();
                let value = written.trim_matches(is_blank);
                let from = if value.is_empty() { self.at } else { self.at + blanks(written) };
                (Quote::Plain, value.to_owned(), from..from + value.len())
            }
        };
        self.at = place.end;
        let tail = self.rest_of_line().trim();
        if !tail.is_empty() && !tail.starts_with('#') {
            return Err(EnvError::new(
                self.line,
                format!("there is text behind the closing quote of {key}"),
                "put the whole value between the quotes, or write ' #' before a comment",
            ));
        }
        let end = self.at + self.rest_of_line().trim_end_matches('\r').len();
        let comment = tail.strip_prefix('#').map(str::to_owned);
        Ok(Assignment { key, quote, raw, place, whole: start..end, comment, line })
    }

    /// Reads the name and its separator, and stands behind that.
    fn key(&mut self) -> Result<String, EnvError> {
        let line = self.rest_of_line();
        let fault =
            |what: &str| EnvError::new(self.line, what, "write it as NAME=value, or put a # before it to make it a comment");
        let Some(separator) = line.find(['=', ':']) else {
            return Err(fault("there is no = in this line"));
        };
        let (name, _) = line.split_at(separator);
        let name = name.trim_matches(is_blank);
        if name.is_empty() {
            return Err(fault("there is no name before the ="));
        }
        if !is_key(name) {
            return Err(fault("the name before the = holds something else than the letters A to Z, digits, _ and ."));
        }
        let name = name.to_owned();
        self.skip(separator + 1);
        Ok(name)
    }

    /// Reads a quoted value that opens after `opening` blanks; it may go over several lines.
    fn quoted(&mut self, key: &str, opening: usize, quote: Quote) -> Result<(Quote, String, Range<usize>), EnvError> {
        let start = self.at + opening;
        let inside = self.text.get(start + 1..).unwrap_or_default();
        let Some(len) = closing(inside, quote) else {
            return Err(EnvError::new(
                self.line,
                format!("the value of {key} opens with a quote that is never closed"),
                "close the quote at the end of the value",
            ));
        };
        let raw = inside.get(..len).unwrap_or_default();
        self.line += raw.matches('\n').count();
        Ok((quote, raw.replace("\r\n", "\n"), start..start + len + 2))
    }

    fn rest_of_line(&self) -> &'t str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.split('\n').next().unwrap_or(rest)
    }

    fn next_line(&mut self) {
        self.at += self.rest_of_line().len() + 1;
        self.line += 1;
    }

    fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

/// Where an unquoted value ends: at a `#` with a blank before it, or at the end of the line.
fn plain_end(line: &str) -> usize {
    let mut before = None;
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_some_and(is_blank) {
            return at;
        }
        before = Some(c);
    }
    line.len()
}

/// Where the quote closes. Between single quotes a backslash guards a quote but stays; between double quotes it guards
/// whatever follows.
fn closing(inside: &str, quote: Quote) -> Option<usize> {
    let mut guarded = false;
    for (at, c) in inside.char_indices() {
        match quote {
            Quote::Double if guarded => guarded = false,
            Quote::Double if c == '"' => return Some(at),
            Quote::Single if c == '\'' && !guarded => return Some(at),
            _ => guarded = c == '\\',
        }
    }
    None
}

/// What separates within a line, for the reader that recipes are written for.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{a0}')
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_blank).len()
}
