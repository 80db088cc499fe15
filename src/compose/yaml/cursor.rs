//! A text that is read one character at a time, with the place in it.

use super::token::Mark;

/// What stands behind the last character. No file holds it: control characters are refused before.
const END: char = '\0';

/// The text, and how far it has been read.
pub(super) struct Cursor {
    chars: Vec<char>,
    pub(super) mark: Mark,
    /// Line breaks since the last character that is not white space.
    pub(super) newlines: usize,
}

impl Cursor {
    pub(super) fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), mark: Mark::default(), newlines: 0 }
    }

    /// The character `ahead` of the next one.
    pub(super) fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.mark.index + ahead).copied().unwrap_or(END)
    }

    pub(super) fn is(&self, c: char) -> bool {
        self.peek(0) == c
    }

    pub(super) fn at_end(&self) -> bool {
        self.mark.index >= self.chars.len()
    }

    pub(super) fn blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), ' ' | '\t')
    }

    pub(super) fn line_break(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
    }

    /// Whether a line or the text ends there.
    pub(super) fn line_end(&self, ahead: usize) -> bool {
        self.line_break(ahead) || self.peek(ahead) == END
    }

    /// Whether a word ends there.
    pub(super) fn word_end(&self, ahead: usize) -> bool {
        self.blank(ahead) || self.line_end(ahead)
    }

    /// Whether `---` or `...` stands alone at the beginning of a line.
    pub(super) fn document_sign(&self, sign: char) -> bool {
        self.mark.column == 0 && (0..3).all(|ahead| self.peek(ahead) == sign) && self.word_end(3)
    }

    /// Whether a document begins or ends here.
    pub(super) fn document_edge(&self) -> bool {
        self.document_sign('-') || self.document_sign('.')
    }

    /// Passes one character that is no line break.
    pub(super) fn skip(&mut self) {
        if !self.blank(0) {
            self.newlines = 0;
        }
        self.mark.index += 1;
        self.mark.column += 1;
    }

    pub(super) fn skip_many(&mut self, count: usize) {
        (0..count).for_each(|_| self.skip());
    }

    /// Passes blanks.
    pub(super) fn skip_blanks(&mut self) {
        while self.blank(0) {
            self.skip();
        }
    }

    /// Passes the rest of the line, but not its end.
    pub(super) fn skip_rest(&mut self) {
        while !self.line_end(0) {
            self.skip();
        }
    }

    /// Passes one character and gives it.
    pub(super) fn read(&mut self) -> char {
        let c = self.peek(0);
        self.skip();
        c
    }

    /// Passes a line break and gives what it means.
    pub(super) fn read_break(&mut self) -> char {
        let c = self.peek(0);
        self.mark.index += if c == '\r' && self.peek(1) == '\n' { 2 } else { 1 };
        self.mark.line += 1;
        self.mark.column = 0;
        self.newlines += 1;
        if matches!(c, '\u{2028}' | '\u{2029}') { c } else { '\n' }
    }
}
