//! Text → pieces, with the rules of libyaml as Go's `yaml.v3` has them: what may be a key, where a tab may stand, how deep
//! brackets and indentation go. Docker's client reads by these rules, and a file that it refuses must be refused here.

use super::{
    cursor::Cursor,
    fault,
    scalars::{self, Flow},
    token::{Mark, Style, Token, TokenKind},
};
use crate::compose::error::ComposeError;
use std::collections::VecDeque;

/// A key without `?` is at most so long, up to its colon.
const MAX_SIMPLE_KEY: usize = 1024;
/// Pieces that are cut in advance.
const AHEAD: usize = 2;
/// Comments follow each other over at most so many blanks.
const MAX_GAP: usize = 512;

/// A place where a key without `?` may begin.
#[derive(Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    /// Whether nothing but a key can stand there.
    required: bool,
    /// The number of the piece, over all pieces of the text.
    token: usize,
    mark: Mark,
}

/// The pieces of a text, one after the other.
pub(super) struct Scanner {
    cursor: Cursor,
    tokens: VecDeque<Token>,
    /// Pieces that have been taken.
    taken: usize,
    ended: bool,
    /// The column of the innermost list or mapping outside brackets; `None` outside of all.
    indent: Option<usize>,
    indents: Vec<Option<usize>>,
    key_allowed: bool,
    /// One for each level of brackets, and one for outside.
    keys: Vec<SimpleKey>,
}

type Scan<T = ()> = Result<T, ComposeError>;

impl Scanner {
    pub(super) fn new(text: &str) -> Self {
        Self {
            cursor: Cursor::new(text),
            tokens: VecDeque::new(),
            taken: 0,
            ended: false,
            indent: None,
            indents: Vec::new(),
            key_allowed: true,
            keys: vec![SimpleKey::default()],
        }
    }

    /// The next piece, which stays the next one.
    pub(super) fn peek(&mut self) -> Scan<&Token> {
        while !self.ended && (self.tokens.len() <= AHEAD || self.head_may_be_key()?) {
            self.cut()?;
            self.line_comment();
        }
        let end = self.cursor.mark;
        if self.tokens.is_empty() {
            self.tokens.push_back(Token { kind: TokenKind::StreamEnd, mark: end });
        }
        self.tokens.front().ok_or_else(|| too_early(end))
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Scan<Token> {
        let token = self.peek()?;
        if token.kind == TokenKind::StreamEnd {
            return Ok(token.clone());
        }
        self.taken += 1;
        self.tokens.pop_front().ok_or_else(|| too_early(self.cursor.mark))
    }

    /// Whether a piece has to be put in front of the next one when its colon is found.
    fn head_may_be_key(&mut self) -> Scan<bool> {
        let level = self.keys.iter().position(|key| key.possible && key.token == self.taken);
        level.map_or(Ok(false), |level| self.is_key(level))
    }

    fn in_brackets(&self) -> bool {
        self.keys.len() > 1
    }

    /// Cuts one piece, or several where indentation ends.
    fn cut(&mut self) -> Scan {
        self.skip_to_token();
        self.unroll(Some(self.cursor.mark.column));
        if self.cursor.at_end() {
            return self.end();
        }
        let mark = self.cursor.mark;
        let (here, in_brackets) = (self.cursor.peek(0), self.in_brackets());
        let alone = self.cursor.word_end(1);
        match here {
            '%' if mark.column == 0 => self.directive(),
            '-' if self.cursor.document_sign('-') => self.document_sign(TokenKind::DocumentStart),
            '.' if self.cursor.document_sign('.') => self.document_sign(TokenKind::DocumentEnd),
            '[' => self.open(TokenKind::FlowSequenceStart),
            '{' => self.open(TokenKind::FlowMappingStart),
            ']' => self.close(TokenKind::FlowSequenceEnd),
            '}' => self.close(TokenKind::FlowMappingEnd),
            ',' => self.flow_entry(),
            '-' if alone => self.block_entry(),
            '?' if in_brackets || alone => self.key(),
            ':' if in_brackets || alone => self.value(),
            '*' | '&' | '!' => self.property(here),
            '|' | '>' if !in_brackets => self.block_scalar(),
            '\'' | '"' => self.quoted(),
            '-' if !self.cursor.blank(1) => self.plain(),
            '?' | ':' if !in_brackets => self.plain(),
            '-' | '?' | ':' | '#' | '|' | '>' | '%' | '@' | '`' | '\t' => {
                let hint = if here == '\t' { "indent with spaces" } else { "put the text in quotes" };
                Err(fault(mark, format!("{here:?} cannot begin a value"), hint))
            }
            _ => self.plain(),
        }
    }

    /// Passes white space and comments up to the next piece.
    fn skip_to_token(&mut self) {
        loop {
            if self.cursor.mark.column == 0 && self.cursor.is('\u{feff}') {
                self.cursor.skip();
            }
            // A tab indents nothing, so it may not stand where indentation counts.
            let tabs = self.in_brackets() || !self.key_allowed;
            while self.cursor.is(' ') || (tabs && self.cursor.is('\t')) {
                self.cursor.skip();
            }
            if self.cursor.is('#') {
                self.comments();
            }
            if !self.cursor.line_break(0) {
                return;
            }
            self.cursor.read_break();
            if !self.in_brackets() {
                self.key_allowed = true;
            }
        }
    }

    /// Passes a comment and those that follow it with nothing but white space between; tabs are no matter there.
    fn comments(&mut self) {
        loop {
            self.cursor.skip_rest();
            let gap = (0..MAX_GAP).find(|ahead| !self.cursor.blank(*ahead) && !self.cursor.line_break(*ahead));
            let Some(gap) = gap.filter(|gap| self.cursor.peek(*gap) == '#') else { return };
            let next = self.cursor.mark.index + gap;
            while self.cursor.mark.index < next {
                if self.cursor.line_break(0) {
                    self.cursor.read_break();
                } else {
                    self.cursor.skip();
                }
            }
        }
    }

    /// Passes a comment behind a piece, together with the tabs before it.
    fn line_comment(&mut self) {
        let behind_dash = self.tokens.back().is_some_and(|token| token.kind == TokenKind::BlockEntry);
        if behind_dash || self.cursor.newlines > 0 {
            return;
        }
        let gap = (0..MAX_GAP).find(|ahead| !self.cursor.blank(*ahead));
        if let Some(gap) = gap.filter(|gap| self.cursor.peek(*gap) == '#') {
            self.cursor.skip_many(gap);
            self.cursor.skip_rest();
        }
    }

    fn push(&mut self, kind: TokenKind, mark: Mark) {
        self.tokens.push_back(Token { kind, mark });
    }

    /// Puts a piece in front of the one with this number.
    fn insert(&mut self, number: usize, kind: TokenKind, mark: Mark) {
        let at = number.saturating_sub(self.taken).min(self.tokens.len());
        self.tokens.insert(at, Token { kind, mark });
    }

    /// Begins a list or mapping when the column is deeper than the one around, in front of a piece or behind all.
    fn roll(&mut self, mark: Mark, before: Option<usize>, kind: TokenKind) {
        if self.in_brackets() || self.indent >= Some(mark.column) {
            return;
        }
        self.indents.push(self.indent);
        self.indent = Some(mark.column);
        match before {
            Some(number) => self.insert(number, kind, mark),
            None => self.push(kind, mark),
        }
    }

    /// Ends the lists and mappings that are deeper than the column, or all.
    fn unroll(&mut self, column: Option<usize>) {
        while !self.in_brackets() && self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.mark);
            self.indent = self.indents.pop().flatten();
        }
    }

    /// Whether the key that may begin at a level of brackets is still possible: it is short and within its line.
    fn is_key(&mut self, level: usize) -> Scan<bool> {
        let now = self.cursor.mark;
        let Some(key) = self.keys.get_mut(level).filter(|key| key.possible) else { return Ok(false) };
        if key.mark.line >= now.line && key.mark.index + MAX_SIMPLE_KEY >= now.index {
            return Ok(true);
        }
        key.possible = false;
        if key.required { Err(no_colon(key.mark)) } else { Ok(false) }
    }

    /// Notes that a key may begin here.
    fn save_key(&mut self) -> Scan {
        if !self.key_allowed {
            return Ok(());
        }
        let mark = self.cursor.mark;
        let required = !self.in_brackets() && self.indent == Some(mark.column);
        self.remove_key()?;
        if let Some(key) = self.keys.last_mut() {
            *key = SimpleKey { possible: true, required, token: self.taken + self.tokens.len(), mark };
        }
        Ok(())
    }

    fn remove_key(&mut self) -> Scan {
        let Some(key) = self.keys.last_mut() else { return Ok(()) };
        let missing = std::mem::take(&mut key.possible) && key.required;
        if missing { Err(no_colon(key.mark)) } else { Ok(()) }
    }

    fn end(&mut self) -> Scan {
        self.unroll(None);
        self.remove_key()?;
        self.ended = true;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        Ok(())
    }

    fn directive(&mut self) -> Scan {
        self.unroll(None);
        self.remove_key()?;
        self.key_allowed = false;
        let mark = self.cursor.mark;
        let kind = scalars::directive(&mut self.cursor)?;
        self.push(kind, mark);
        Ok(())
    }

    fn document_sign(&mut self, kind: TokenKind) -> Scan {
        self.unroll(None);
        self.remove_key()?;
        self.key_allowed = false;
        self.push(kind, self.cursor.mark);
        self.cursor.skip_many(3);
        Ok(())
    }

    fn open(&mut self, kind: TokenKind) -> Scan {
        self.save_key()?;
        self.keys.push(SimpleKey::default());
        self.key_allowed = true;
        self.sign(kind);
        Ok(())
    }

    fn close(&mut self, kind: TokenKind) -> Scan {
        self.remove_key()?;
        if self.in_brackets() {
            self.keys.pop();
        }
        self.key_allowed = false;
        self.sign(kind);
        Ok(())
    }

    /// A piece of one character.
    fn sign(&mut self, kind: TokenKind) {
        self.push(kind, self.cursor.mark);
        self.cursor.skip();
    }

    fn flow_entry(&mut self) -> Scan {
        self.remove_key()?;
        self.key_allowed = true;
        self.sign(TokenKind::FlowEntry);
        Ok(())
    }

    fn block_entry(&mut self) -> Scan {
        if !self.in_brackets() && !self.key_allowed {
            return Err(fault(self.cursor.mark, "a list cannot begin here", "put each `-` on a line of its own"));
        }
        self.roll(self.cursor.mark, None, TokenKind::BlockSequenceStart);
        self.remove_key()?;
        self.key_allowed = true;
        self.sign(TokenKind::BlockEntry);
        Ok(())
    }

    fn key(&mut self) -> Scan {
        if !self.in_brackets() && !self.key_allowed {
            return Err(fault(self.cursor.mark, "a key cannot begin here", "put it on a line of its own"));
        }
        self.roll(self.cursor.mark, None, TokenKind::BlockMappingStart);
        self.remove_key()?;
        self.key_allowed = !self.in_brackets();
        self.sign(TokenKind::Key);
        Ok(())
    }

    fn value(&mut self) -> Scan {
        let level = self.keys.len() - 1;
        if self.is_key(level)?
            && let Some(key) = self.keys.last_mut()
        {
            key.possible = false;
            let SimpleKey { token, mark, .. } = *key;
            self.insert(token, TokenKind::Key, mark);
            self.roll(mark, Some(token), TokenKind::BlockMappingStart);
            self.key_allowed = false;
            self.sign(TokenKind::Value);
            return Ok(());
        }
        if !self.in_brackets() && !self.key_allowed {
            let hint = "put a text with `: ` in it in quotes, and each key on a line of its own";
            return Err(fault(self.cursor.mark, "a value cannot begin here", hint));
        }
        self.roll(self.cursor.mark, None, TokenKind::BlockMappingStart);
        self.key_allowed = !self.in_brackets();
        self.sign(TokenKind::Value);
        Ok(())
    }

    /// An alias, an anchor or a tag.
    fn property(&mut self, sign: char) -> Scan {
        self.save_key()?;
        self.key_allowed = false;
        let mark = self.cursor.mark;
        let kind = match sign {
            '!' => TokenKind::Tag(scalars::tag(&mut self.cursor)?),
            '*' => TokenKind::Alias(scalars::name(&mut self.cursor)?),
            _ => TokenKind::Anchor(scalars::name(&mut self.cursor)?),
        };
        self.push(kind, mark);
        Ok(())
    }

    fn block_scalar(&mut self) -> Scan {
        self.remove_key()?;
        self.key_allowed = true;
        let mark = self.cursor.mark;
        let text = scalars::block(&mut self.cursor, self.indent)?;
        self.push(TokenKind::Scalar(text, Style::Text), mark);
        Ok(())
    }

    fn quoted(&mut self) -> Scan {
        self.save_key()?;
        self.key_allowed = false;
        let mark = self.cursor.mark;
        let text = scalars::quoted(&mut self.cursor)?;
        self.push(TokenKind::Scalar(text, Style::Text), mark);
        Ok(())
    }

    fn plain(&mut self) -> Scan {
        self.save_key()?;
        let mark = self.cursor.mark;
        let flow = if self.in_brackets() { Flow::Inside } else { Flow::Outside };
        let (text, ended_line) = scalars::plain(&mut self.cursor, self.indent.map_or(0, |indent| indent + 1), flow)?;
        self.key_allowed = ended_line;
        self.push(TokenKind::Scalar(text, Style::Plain), mark);
        Ok(())
    }
}

fn too_early(mark: Mark) -> ComposeError {
    fault(mark, "the text ends too early", "write the rest of it")
}

fn no_colon(mark: Mark) -> ComposeError {
    fault(mark, "a key without a colon", "write KEY: VALUE, or indent the line further if it continues a text")
}
