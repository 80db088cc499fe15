//! The pieces of YAML that have a text of their own: scalars, names of anchors, tags and directives.

use super::{
    cursor::Cursor,
    fault,
    token::{Mark, Tag, TokenKind},
};
use crate::compose::error::ComposeError;

/// Whether a text stands in brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Inside,
    Outside,
}

/// Blanks and line breaks inside a scalar, of which a single break is a space and of more the first is dropped.
#[derive(Default)]
struct Gap {
    blanks: String,
    first_break: Option<char>,
    more_breaks: String,
}

impl Gap {
    /// Passes blanks and breaks. A tab before column `indent` of a new line is refused.
    fn pass(&mut self, cursor: &mut Cursor, indent: usize, start: Mark) -> Result<(), ComposeError> {
        while cursor.blank(0) || cursor.line_break(0) {
            if cursor.line_break(0) {
                self.blanks.clear();
                let c = cursor.read_break();
                if self.first_break.is_none() { self.first_break = Some(c) } else { self.more_breaks.push(c) }
            } else if self.first_break.is_none() {
                self.blanks.push(cursor.read());
            } else if cursor.is('\t') && cursor.mark.column < indent {
                return Err(fault(start, "a line of the text begins with a tab", "indent with spaces"));
            } else {
                cursor.skip();
            }
        }
        Ok(())
    }

    /// Adds what the gap stands for, and forgets it.
    fn flush(&mut self, text: &mut String) {
        match self.first_break.take() {
            None => text.push_str(&self.blanks),
            Some('\n') if self.more_breaks.is_empty() => text.push(' '),
            Some('\n') => text.push_str(&self.more_breaks),
            Some(c) => {
                text.push(c);
                text.push_str(&self.more_breaks);
            }
        }
        self.blanks.clear();
        self.more_breaks.clear();
    }
}

/// A scalar without quotes, of which further lines are indented to `indent` at least. Also whether it ended with its line.
pub(super) fn plain(cursor: &mut Cursor, indent: usize, flow: Flow) -> Result<(String, bool), ComposeError> {
    let start = cursor.mark;
    let (mut text, mut gap) = (String::new(), Gap::default());
    while !cursor.document_edge() && !cursor.is('#') {
        while !cursor.word_end(0) {
            let c = cursor.peek(0);
            if (c == ':' && cursor.word_end(1)) || (flow == Flow::Inside && matches!(c, ',' | '?' | '[' | ']' | '{' | '}')) {
                break;
            }
            gap.flush(&mut text);
            text.push(cursor.read());
        }
        if !cursor.blank(0) && !cursor.line_break(0) {
            break;
        }
        gap.pass(cursor, indent, start)?;
        if flow == Flow::Outside && cursor.mark.column < indent {
            break;
        }
    }
    Ok((text, gap.first_break.is_some()))
}

/// A scalar in single or double quotes.
pub(super) fn quoted(cursor: &mut Cursor) -> Result<String, ComposeError> {
    let start = cursor.mark;
    let quote = cursor.read();
    let (mut text, mut gap) = (String::new(), Gap::default());
    loop {
        if cursor.document_edge() || cursor.at_end() {
            return Err(fault(start, "a quoted text has no end", "add the closing quote"));
        }
        while !cursor.word_end(0) {
            if quote == '\'' && cursor.is('\'') && cursor.peek(1) == '\'' {
                cursor.skip_many(2);
                text.push('\'');
            } else if cursor.is(quote) {
                break;
            } else if quote == '"' && cursor.is('\\') && cursor.line_break(1) {
                cursor.skip();
                cursor.read_break();
                // The break is escaped, so only breaks behind it count.
                gap.first_break = Some('\n');
                gap.pass(cursor, 0, start)?;
                text.push_str(&gap.more_breaks);
                gap = Gap::default();
            } else if quote == '"' && cursor.is('\\') {
                text.push(escape(cursor, start)?);
            } else {
                text.push(cursor.read());
            }
        }
        if cursor.is(quote) {
            cursor.skip();
            return Ok(text);
        }
        gap.pass(cursor, 0, start)?;
        gap.flush(&mut text);
    }
}

/// What a `\` and the characters behind it stand for.
fn escape(cursor: &mut Cursor, start: Mark) -> Result<char, ComposeError> {
    cursor.skip();
    let digits = match cursor.peek(0) {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        c => {
            let meant = match c {
                '0' => '\0',
                'a' => '\u{7}',
                'b' => '\u{8}',
                't' | '\t' => '\t',
                'n' => '\n',
                'v' => '\u{b}',
                'f' => '\u{c}',
                'r' => '\r',
                'e' => '\u{1b}',
                ' ' | '"' | '\'' | '\\' => c,
                'N' => '\u{85}',
                '_' => '\u{a0}',
                'L' => '\u{2028}',
                'P' => '\u{2029}',
                _ => return Err(fault(start, format!("`\\{c}` is no escape"), "write `\\\\` for a plain `\\`")),
            };
            cursor.skip();
            return Ok(meant);
        }
    };
    cursor.skip();
    let mut code = 0;
    for _ in 0..digits {
        let digit = cursor.peek(0).to_digit(16);
        code = code * 16 + digit.ok_or_else(|| fault(start, "an escape has too few digits", "write \\x41 or \\u0041"))?;
        cursor.skip();
    }
    char::from_u32(code).ok_or_else(|| fault(start, "an escape stands for no character", "write another number"))
}

/// A block that begins with `|` or `>`, inside a list or mapping at column `outer`.
pub(super) fn block(cursor: &mut Cursor, outer: Option<usize>) -> Result<String, ComposeError> {
    let start = cursor.mark;
    let literal = cursor.read() == '|';
    let header = Header::read(cursor, start)?;
    let least = outer.map_or(0, |outer| outer + 1);
    let mut indent = header.indent.map(|more| outer.unwrap_or(0) + more);
    let mut text = String::new();
    let mut breaks = block_breaks(cursor, &mut indent, least, start)?;
    let mut line_end: Option<char> = None;
    let mut indented = false;
    while Some(cursor.mark.column) == indent && !cursor.at_end() {
        let blank = cursor.blank(0);
        match line_end.take() {
            // Lines that begin with white space keep their breaks also in a folded text.
            Some('\n') if !literal && !indented && !blank => {
                if breaks.is_empty() {
                    text.push(' ');
                }
            }
            kept => text.extend(kept),
        }
        text.push_str(&breaks);
        indented = blank;
        while !cursor.line_end(0) {
            text.push(cursor.read());
        }
        line_end = (!cursor.at_end()).then(|| cursor.read_break());
        breaks = block_breaks(cursor, &mut indent, least, start)?;
    }
    if header.chomping != Chomping::Strip {
        text.extend(line_end);
    }
    if header.chomping == Chomping::Keep {
        text.push_str(&breaks);
    }
    Ok(text)
}

/// What happens to the breaks at the end of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    One,
    Keep,
}

/// What stands behind `|` or `>`.
struct Header {
    chomping: Chomping,
    /// Columns, beyond those of what is around.
    indent: Option<usize>,
}

impl Header {
    fn read(cursor: &mut Cursor, start: Mark) -> Result<Self, ComposeError> {
        let mut header = Self { chomping: Chomping::One, indent: None };
        for _ in 0..2 {
            match cursor.peek(0) {
                sign @ ('+' | '-') if header.chomping == Chomping::One => {
                    header.chomping = if sign == '+' { Chomping::Keep } else { Chomping::Strip };
                }
                digit @ '1'..='9' if header.indent.is_none() => header.indent = digit.to_digit(10).map(|digit| digit as usize),
                _ => break,
            }
            cursor.skip();
        }
        cursor.skip_blanks();
        if cursor.is('#') {
            cursor.skip_rest();
        }
        if !cursor.line_end(0) {
            return Err(fault(start, "a block has something behind its sign", "begin the text on the next line"));
        }
        if !cursor.at_end() {
            cursor.read_break();
        }
        Ok(header)
    }
}

/// Passes empty lines and the indentation of a block; the first line with a text decides about the indentation.
fn block_breaks(cursor: &mut Cursor, indent: &mut Option<usize>, least: usize, start: Mark) -> Result<String, ComposeError> {
    let mut breaks = String::new();
    let mut deepest = 0;
    loop {
        let outside = |cursor: &Cursor| indent.is_none_or(|indent| cursor.mark.column < indent);
        while outside(cursor) && cursor.is(' ') {
            cursor.skip();
        }
        deepest = deepest.max(cursor.mark.column);
        if outside(cursor) && cursor.is('\t') {
            return Err(fault(start, "a line of the block begins with a tab", "indent with spaces"));
        }
        if !cursor.line_break(0) {
            indent.get_or_insert(deepest.max(least).max(1));
            return Ok(breaks);
        }
        breaks.push(cursor.read_break());
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// The name behind `&` or `*`.
pub(super) fn name(cursor: &mut Cursor) -> Result<String, ComposeError> {
    let start = cursor.mark;
    cursor.skip();
    let mut name = String::new();
    while is_name(cursor.peek(0)) {
        name.push(cursor.read());
    }
    let ended = cursor.word_end(0) || matches!(cursor.peek(0), '?' | ':' | ',' | ']' | '}' | '%' | '@' | '`');
    if name.is_empty() || !ended {
        return Err(fault(start, "the name of an anchor is not valid", "use letters, digits, `_` and `-`"));
    }
    Ok(name)
}

/// A tag.
pub(super) fn tag(cursor: &mut Cursor) -> Result<Tag, ComposeError> {
    let start = cursor.mark;
    let bad = || fault(start, "a tag is not valid", "write it as !name, and a space behind it");
    let mut tag = Tag::default();
    if cursor.peek(1) == '<' {
        cursor.skip_many(2);
        tag.suffix = uri(cursor).filter(|uri| !uri.is_empty()).ok_or_else(bad)?;
        if !cursor.is('>') {
            return Err(bad());
        }
        cursor.skip();
    } else {
        let handle = handle(cursor);
        let rest = uri(cursor).ok_or_else(bad)?;
        if handle.len() > 1 && handle.ends_with('!') {
            if rest.is_empty() {
                return Err(bad());
            }
            tag = Tag { handle, suffix: rest };
        } else {
            // What looked like a handle is the beginning of the suffix.
            let suffix = format!("{}{rest}", handle.trim_start_matches('!'));
            let lone = suffix.is_empty();
            tag.suffix = if lone { handle.clone() } else { suffix };
            tag.handle = if lone { String::new() } else { "!".to_owned() };
        }
    }
    if cursor.word_end(0) { Ok(tag) } else { Err(bad()) }
}

fn handle(cursor: &mut Cursor) -> String {
    let mut handle = String::from(cursor.read());
    while is_name(cursor.peek(0)) {
        handle.push(cursor.read());
    }
    if cursor.is('!') {
        handle.push(cursor.read());
    }
    handle
}

/// The characters of a tag; `None` when an escape in it is not valid.
fn uri(cursor: &mut Cursor) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        match cursor.peek(0) {
            '%' => {
                let digit = |ahead| cursor.peek(ahead).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                bytes.push(digit(1)? * 16 + digit(2)?);
                cursor.skip_many(3);
            }
            c if is_name(c) || ";/?:@&=+$.!~*'(),[]".contains(c) => {
                bytes.push(u8::try_from(c).ok()?);
                cursor.skip();
            }
            _ => return String::from_utf8(bytes).ok(),
        }
    }
}

/// A line that begins with `%`.
pub(super) fn directive(cursor: &mut Cursor) -> Result<TokenKind, ComposeError> {
    let start = cursor.mark;
    let mut line = String::new();
    while !cursor.line_end(0) && !cursor.is('#') {
        line.push(cursor.read());
    }
    if cursor.is('#') {
        cursor.skip_rest();
    }
    if !cursor.at_end() {
        cursor.read_break();
    }
    let words: Vec<_> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        ["%YAML", "1.1"] => Ok(TokenKind::VersionDirective),
        ["%YAML", ..] => Err(fault(start, "another version of YAML than 1.1", "remove the line")),
        ["%TAG", handle, prefix] if handle.starts_with('!') => {
            Ok(TokenKind::TagDirective((*handle).to_owned(), (*prefix).to_owned()))
        }
        _ => Err(fault(start, "a line that begins with `%`", "remove it, or put the text in quotes")),
    }
}
