//! Lists and mappings, by indentation and in brackets.

use super::{
    fault,
    reader::{Built, KEY_MUST_BE_TEXT, Reader, Size, Spot, placed},
    token::{Mark, Style, Token, TokenKind},
    too_big,
};
use crate::compose::{
    error::ComposeError,
    value::{Kind, Node},
};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// Bytes of one key, because paths are made of keys.
const MAX_KEY: usize = 1024;

type Collected = Result<(Kind, Size), ComposeError>;

/// The entries of a mapping, while it is read.
#[derive(Default)]
struct Entries {
    map: BTreeMap<String, Node>,
    /// The keys as they are written.
    written: BTreeSet<String>,
    /// The value of `<<`, and where it stands.
    merged: Option<(Node, Mark)>,
    total: Size,
}

impl Reader {
    /// A list whose items begin with `-`. Without a `start` its end is whatever is no `-`.
    pub(super) fn block_list(&mut self, depth: usize, start: Option<Mark>) -> Collected {
        let (mut items, mut total) = (Vec::new(), Size::default());
        loop {
            let Token { kind, mark } = self.scanner.peek()?.clone();
            match (kind, start) {
                (TokenKind::BlockEntry, _) => {
                    self.scanner.next()?;
                    let missing = match self.scanner.peek()?.kind {
                        TokenKind::BlockEntry | TokenKind::BlockEnd => true,
                        TokenKind::Key | TokenKind::Value => start.is_none(),
                        _ => false,
                    };
                    let item = if missing { self.empty(mark, depth + 1) } else { self.node(Spot::Block, depth + 1) };
                    let (item, size) = item.map_err(|fault| fault.below(&items.len().to_string()))?;
                    total = total.beside(size);
                    items.push(item);
                }
                (TokenKind::BlockEnd, Some(_)) => {
                    self.scanner.next()?;
                    return Ok((Kind::List(items), total));
                }
                (_, None) => return Ok((Kind::List(items), total)),
                (_, Some(_)) => return Err(fault(mark, "an item of a list has no `-`", "indent all items of a list the same")),
            }
        }
    }

    /// A mapping with each key on a line of its own.
    pub(super) fn block_map(&mut self, depth: usize) -> Collected {
        let mut entries = Entries::default();
        loop {
            let Token { kind, mark } = self.scanner.peek()?.clone();
            match kind {
                TokenKind::Key => {
                    self.scanner.next()?;
                    let missing = |kind: &TokenKind| matches!(kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd);
                    self.entry(&mut entries, Spot::Mapping, depth, mark, missing)?;
                }
                TokenKind::BlockEnd => {
                    self.scanner.next()?;
                    return entries.finish();
                }
                _ => return Err(fault(mark, "a key of a mapping is missing", "indent all keys of a mapping the same")),
            }
        }
    }

    /// A list in brackets.
    pub(super) fn flow_list(&mut self, depth: usize) -> Collected {
        self.scanner.next()?;
        let (mut items, mut total) = (Vec::new(), Size::default());
        while self.goes_on(items.is_empty(), &TokenKind::FlowSequenceEnd)? {
            let item =
                if self.scanner.peek()?.kind == TokenKind::Key { self.pair(depth + 1) } else { self.node(Spot::Flow, depth + 1) };
            let (item, size) = item.map_err(|fault| fault.below(&items.len().to_string()))?;
            total = total.beside(size);
            items.push(item);
        }
        Ok((Kind::List(items), total))
    }

    /// A mapping in braces.
    pub(super) fn flow_map(&mut self, depth: usize) -> Collected {
        self.scanner.next()?;
        let mut entries = Entries::default();
        let mut first = true;
        while self.goes_on(std::mem::take(&mut first), &TokenKind::FlowMappingEnd)? {
            let Token { kind, mark } = self.scanner.peek()?;
            let (has_sign, mark) = (*kind == TokenKind::Key, *mark);
            let missing = |kind: &TokenKind| matches!(kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd);
            if has_sign {
                self.scanner.next()?;
                self.entry(&mut entries, Spot::Flow, depth, mark, missing)?;
            } else {
                let key = self.written_key(&mut entries, Spot::Flow, depth)?;
                let value = self.empty(mark, depth + 1)?;
                entries.add(key, value, false, mark)?;
            }
        }
        entries.finish()
    }

    /// Whether another entry follows in brackets; passes the comma before it, or the closing bracket.
    fn goes_on(&mut self, first: bool, end: &TokenKind) -> Result<bool, ComposeError> {
        let Token { kind, mark } = self.scanner.peek()?;
        if *kind == TokenKind::FlowEntry && !first {
            self.scanner.next()?;
        } else if kind != end && !first {
            return Err(fault(*mark, "a comma or a closing bracket is missing", "close the bracket, or put the text in quotes"));
        }
        let more = self.scanner.peek()?.kind != *end;
        if !more {
            self.scanner.next()?;
        }
        Ok(more)
    }

    /// `key: value` as an item of a list in brackets.
    fn pair(&mut self, depth: usize) -> Result<Built, ComposeError> {
        let mark = self.scanner.next()?.mark;
        let mut entries = Entries::default();
        let missing = |kind: &TokenKind| matches!(kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd);
        if missing(&self.scanner.peek()?.kind) {
            return Err(fault(mark, "a key is missing", "write one behind the `?`"));
        }
        let (node, _) = self.empty(mark, depth)?;
        self.entry(&mut entries, Spot::Flow, depth, mark, missing)?;
        let (kind, size) = entries.finish()?;
        Ok((Node { kind, ..node }, size.inside(0)))
    }

    /// A key, which must be a new one.
    fn written_key(&mut self, entries: &mut Entries, spot: Spot, depth: usize) -> Result<Built, ComposeError> {
        let written = match &self.scanner.peek()?.kind {
            TokenKind::Scalar(text, _) => Some(text.clone()),
            _ => None,
        };
        let tags = self.ignored_tags.len();
        let key = self.node(spot, depth + 1)?;
        if self.ignored_tags.len() > tags {
            return Err(at(&key.0, ComposeError::at("", KEY_MUST_BE_TEXT, "remove the tag of the key")));
        }
        entries.note(written, &key.0)?;
        Ok(key)
    }

    /// Key and value of a mapping, behind the sign of the key. `missing` says what stands there when one of them does not.
    fn entry(
        &mut self,
        entries: &mut Entries,
        spot: Spot,
        depth: usize,
        mark: Mark,
        missing: impl Fn(&TokenKind) -> bool,
    ) -> Result<(), ComposeError> {
        let kind = &self.scanner.peek()?.kind;
        let is_merge = matches!(kind, TokenKind::Scalar(text, Style::Plain) if text == "<<");
        let key = if missing(kind) { self.empty(mark, depth + 1)? } else { self.written_key(entries, spot, depth)? };
        let below = |fault: ComposeError| fault.below(key.0.as_text().unwrap_or_default());
        let Token { kind, mark: value_mark } = self.scanner.peek().map_err(below)?;
        let value_mark = *value_mark;
        if *kind != TokenKind::Value {
            let value = self.empty(mark, depth + 1)?;
            return entries.add(key, value, is_merge, mark);
        }
        self.scanner.next().map_err(below)?;
        let value = if missing(&self.scanner.peek().map_err(below)?.kind) {
            self.empty(value_mark, depth + 1)
        } else {
            self.node(spot, depth + 1)
        };
        let (mut value, size) = value.map_err(below)?;
        if value.line > key.0.line {
            // What begins on a later line is looked for at its key.
            (value.line, value.column) = (key.0.line, key.0.column);
        }
        entries.add(key, (value, size), is_merge, value_mark)
    }
}

fn at(node: &Node, fault: ComposeError) -> ComposeError {
    ComposeError { line: Some(node.line), column: Some(node.column), ..fault }
}

impl Entries {
    /// Refuses a key that is there already, as it is written, or is too long.
    fn note(&mut self, written: Option<String>, key: &Node) -> Result<(), ComposeError> {
        let Some(text) = written.or_else(|| key.as_text().map(str::to_owned)) else { return Ok(()) };
        if text.len() > MAX_KEY {
            return Err(at(key, too_big("a key of more than 1 KiB", "use shorter keys")));
        }
        if self.written.contains(&text) {
            let what = format!("the key `{text}` is there twice");
            return Err(at(key, ComposeError::at("", what, "remove one of them")));
        }
        self.written.insert(text);
        Ok(())
    }

    fn add(&mut self, key: Built, value: Built, is_merge: bool, mark: Mark) -> Result<(), ComposeError> {
        self.total = self.total.beside(key.1).beside(value.1);
        match key.0.kind {
            _ if is_merge => self.merged = Some((value.0, mark)),
            Kind::Text(key) => {
                self.map.insert(key, value.0);
            }
            _ => return Err(at(&key.0, ComposeError::at("", KEY_MUST_BE_TEXT, "put the key in quotes"))),
        }
        Ok(())
    }

    /// The mapping, with what `<<` names where it does not say otherwise itself; of several, the earlier wins.
    fn finish(mut self) -> Collected {
        let (parts, mark) = match self.merged.take() {
            None => (Vec::new(), Mark::default()),
            Some((Node { kind: Kind::List(items), .. }, mark)) => (items, mark),
            Some((value, mark)) => (vec![value], mark),
        };
        for part in parts {
            let Kind::Map(entries) = part.kind else {
                let what = "`<<` takes a mapping or a list of mappings";
                return Err(placed(mark, ComposeError::at("", what, "name an anchor of a mapping")));
            };
            for (key, node) in entries {
                if let Entry::Vacant(vacant) = self.map.entry(key) {
                    vacant.insert(node);
                }
            }
        }
        Ok((Kind::Map(self.map), self.total))
    }
}
