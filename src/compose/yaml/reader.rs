//! Pieces → tree. What the tree may cost is counted before it is built.

use super::{
    Document, MAX_DEPTH, MAX_EXPANDED_BYTES, MAX_NODES, fault,
    scanner::Scanner,
    token::{Mark, Style, Tag, Token, TokenKind},
    too_big,
};
use crate::compose::{
    error::ComposeError,
    scalar,
    value::{Kind, Node},
};
use std::collections::BTreeMap;

const MAX_ALIASES: usize = 200;
/// How a tag of YAML's own begins when it is written in full.
const CORE: &str = "tag:yaml.org,2002:";

pub(super) const KEY_MUST_BE_TEXT: &str = "a key must be text";

/// What a value costs when it is copied.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    nodes: usize,
    bytes: usize,
    height: usize,
}

impl Size {
    pub(super) fn beside(self, other: Self) -> Self {
        Self { nodes: self.nodes + other.nodes, bytes: self.bytes + other.bytes, height: self.height.max(other.height) }
    }

    /// With a value of `bytes` around it.
    pub(super) fn inside(self, bytes: usize) -> Self {
        Self { nodes: self.nodes + 1, bytes: self.bytes + bytes, height: self.height + 1 }
    }
}

/// A value and its cost.
pub(super) type Built = (Node, Size);

/// Where a value stands, which decides what may begin there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// In brackets.
    Flow,
    /// Behind `-`, or at the top.
    Block,
    /// A key or value of a mapping, where the `-` of a list need not be indented.
    Mapping,
}

/// The pieces, and what their document has cost so far.
pub(super) struct Reader {
    pub(super) scanner: Scanner,
    /// `None` while the anchored value is still being read.
    anchors: BTreeMap<String, Option<Built>>,
    /// What `%TAG` says about handles.
    handles: BTreeMap<String, String>,
    spent: Size,
    aliases: usize,
    /// Line and tag.
    pub(super) ignored_tags: Vec<(u32, String)>,
}

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        Self {
            scanner: Scanner::new(text),
            anchors: BTreeMap::new(),
            handles: BTreeMap::new(),
            spent: Size::default(),
            aliases: 0,
            ignored_tags: Vec::new(),
        }
    }

    /// The first document.
    pub(super) fn document(mut self) -> Result<Document, ComposeError> {
        let root = self.root().map_err(|fault| match fault {
            ComposeError { ref path, ref what, .. } if path.is_empty() && what == KEY_MUST_BE_TEXT => {
                ComposeError { what: "the top level must be a mapping whose keys are all text".to_owned(), ..fault }
            }
            fault => fault,
        })?;
        if !matches!(root.kind, Kind::Map(_)) {
            let fault = ComposeError::at("", "the top level must be a mapping", "start the file with `services:`");
            return Err(ComposeError { line: Some(root.line.max(1)), column: Some(root.column.max(1)), ..fault });
        }
        // A fault right behind the document counts, one further on does not.
        let mut behind = self.scanner.peek()?.kind.clone();
        while behind == TokenKind::DocumentEnd {
            self.scanner.next()?;
            behind = self.scanner.peek().map_or(TokenKind::DocumentStart, |token| token.kind.clone());
        }
        let more_follow = behind != TokenKind::StreamEnd;
        Ok(Document { root, more_follow, ignored_tags: self.ignored_tags })
    }

    fn root(&mut self) -> Result<Node, ComposeError> {
        let mut directives = false;
        loop {
            let token = self.scanner.peek()?.clone();
            match token.kind {
                TokenKind::DocumentEnd if !directives => {}
                TokenKind::VersionDirective => directives = true,
                TokenKind::TagDirective(handle, prefix) => {
                    directives = true;
                    self.handles.insert(handle, prefix);
                }
                TokenKind::DocumentStart => {
                    self.scanner.next()?;
                    break;
                }
                TokenKind::StreamEnd => return Ok(Node::default()),
                _ if directives => return Err(fault(token.mark, "`---` is missing behind a line with `%`", "add it")),
                _ => break,
            }
            self.scanner.next()?;
        }
        match self.scanner.peek()?.kind {
            TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd
            | TokenKind::VersionDirective
            | TokenKind::TagDirective(..) => Ok(Node::default()),
            _ => Ok(self.node(Spot::Block, 1)?.0),
        }
    }

    /// The value that begins with the next piece.
    pub(super) fn node(&mut self, spot: Spot, depth: usize) -> Result<Built, ComposeError> {
        let Token { kind, mark } = self.scanner.peek()?;
        let mark = *mark;
        if let TokenKind::Alias(name) = kind {
            let name = name.clone();
            self.scanner.next()?;
            return self.alias(&name, mark, depth);
        }
        refuse_depth(depth, mark)?;
        let (anchor, tag) = self.properties()?;
        if let Some(name) = &anchor {
            self.anchors.insert(name.clone(), None);
        }
        let (kind, inner) = self.content(spot, depth, anchor.is_some(), tag.as_ref(), mark)?;
        let bytes = if let Kind::Text(text) = &kind { text.len() } else { 0 };
        let size = inner.inside(bytes);
        self.spend(Size { nodes: 1, bytes, height: 0 }, mark)?;
        let (line, column) = place(mark);
        let node = Node { line, column, kind };
        if let Some(name) = anchor {
            // An anchor keeps a copy, which costs as much as an alias.
            self.spend(size, mark)?;
            self.anchors.insert(name, Some((node.clone(), size)));
        }
        Ok((node, size))
    }

    /// A value that is not written.
    pub(super) fn empty(&mut self, mark: Mark, depth: usize) -> Result<Built, ComposeError> {
        refuse_depth(depth, mark)?;
        let size = Size::default().inside(0);
        self.spend(size, mark)?;
        let (line, column) = place(mark);
        Ok((Node { line, column, kind: Kind::Null }, size))
    }

    /// Anchor and tag in front of a value, in either order.
    fn properties(&mut self) -> Result<(Option<String>, Option<Tag>), ComposeError> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            match self.scanner.peek()?.kind {
                TokenKind::Anchor(_) if anchor.is_none() => {}
                TokenKind::Tag(_) if tag.is_none() => {}
                _ => return Ok((anchor, tag)),
            }
            match self.scanner.next()? {
                Token { kind: TokenKind::Anchor(name), .. } => anchor = Some(name),
                Token { kind: TokenKind::Tag(found), mark } => tag = Some(self.resolved(found, mark)?),
                _ => {}
            }
        }
    }

    /// The tag with the handle replaced by what it stands for, except for YAML's own `!!` and the plain `!`.
    fn resolved(&self, tag: Tag, mark: Mark) -> Result<Tag, ComposeError> {
        if let Some(prefix) = self.handles.get(&tag.handle) {
            return Ok(Tag { handle: String::new(), suffix: format!("{prefix}{}", tag.suffix) });
        }
        match tag.handle.as_str() {
            "" | "!" | "!!" => Ok(tag),
            _ => Err(fault(mark, format!("the tag handle `{}` is not defined", tag.handle), "write the tag in full")),
        }
    }

    fn content(
        &mut self,
        spot: Spot,
        depth: usize,
        anchored: bool,
        tag: Option<&Tag>,
        start: Mark,
    ) -> Result<(Kind, Size), ComposeError> {
        if matches!(self.scanner.peek()?.kind, TokenKind::Scalar(..))
            && let Token { kind: TokenKind::Scalar(text, style), mark } = self.scanner.next()?
        {
            return Ok((self.scalar(text, style, tag, mark)?, Size::default()));
        }
        let Token { kind, mark } = self.scanner.peek()?.clone();
        let block = spot != Spot::Flow;
        match kind {
            TokenKind::BlockEntry if spot == Spot::Mapping => {
                self.told(tag, start);
                return self.block_list(depth, None);
            }
            TokenKind::BlockSequenceStart if block => {
                self.told(tag, start);
                self.scanner.next()?;
                return self.block_list(depth, Some(mark));
            }
            TokenKind::BlockMappingStart if block => {
                self.told(tag, start);
                self.scanner.next()?;
                return self.block_map(depth);
            }
            TokenKind::FlowSequenceStart => {
                self.told(tag, start);
                return self.flow_list(depth);
            }
            TokenKind::FlowMappingStart => {
                self.told(tag, start);
                return self.flow_map(depth);
            }
            _ => {}
        }
        match tag {
            None if anchored => Ok((Kind::Null, Size::default())),
            None => Err(fault(mark, "a value is missing", "write one, or put a sign of YAML in quotes")),
            Some(tag) => Ok((self.scalar(String::new(), Style::Plain, Some(tag), start)?, Size::default())),
        }
    }

    /// Notes the tag of a list or mapping, which has no effect unless it is one of YAML's own.
    fn told(&mut self, tag: Option<&Tag>, mark: Mark) {
        if let Some(tag) = tag.filter(|tag| core(tag).is_none()) {
            self.ignored_tags.push((place(mark).0, format!("{}{}", tag.handle, tag.suffix)));
        }
    }

    fn alias(&mut self, name: &str, mark: Mark, depth: usize) -> Result<Built, ComposeError> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(placed(mark, too_big("more than 200 aliases", "use fewer aliases")));
        }
        let size = match self.anchors.get(name) {
            Some(Some((_, size))) => *size,
            Some(None) => {
                let hint = "name the alias outside of its own anchor";
                return Err(placed(mark, ComposeError::at("", "the anchored value contains itself", hint)));
            }
            None => {
                let hint = format!("write `&{name}` in front of the value that is meant, above this place");
                return Err(placed(mark, ComposeError::at("", format!("there is no anchor `{name}`"), hint)));
            }
        };
        refuse_depth((depth + size.height).saturating_sub(1), mark)?;
        self.spend(size, mark)?;
        Ok(self.anchors.get(name).cloned().flatten().unwrap_or_default())
    }

    fn spend(&mut self, size: Size, mark: Mark) -> Result<(), ComposeError> {
        self.spent = self.spent.beside(size);
        if self.spent.nodes > MAX_NODES {
            return Err(placed(mark, too_big("more than 50000 values with its aliases filled in", "use fewer aliases")));
        }
        if self.spent.bytes > MAX_EXPANDED_BYTES {
            return Err(placed(mark, too_big("more than 4 MiB with its aliases filled in", "use fewer aliases")));
        }
        Ok(())
    }

    fn scalar(&mut self, text: String, style: Style, tag: Option<&Tag>, mark: Mark) -> Result<Kind, ComposeError> {
        let tag = tag.filter(|tag| !(tag.handle.is_empty() && tag.suffix == "!"));
        let kind = match tag.map(|tag| (tag, core(tag))) {
            None if style == Style::Plain => Ok(scalar::resolve(&text)),
            None => Ok(Kind::Text(text)),
            Some((_, Some(core))) => scalar::tagged(core, &text),
            Some(_) => {
                self.told(tag, mark);
                Ok(Kind::Text(text))
            }
        };
        match kind {
            Ok(Kind::Float(number)) if !number.is_finite() => {
                let what = format!("{number} is not a number that a stack can use");
                Err(placed(mark, ComposeError::at("", what, "put it in quotes if text is meant")))
            }
            kind => kind.map_err(|what| placed(mark, ComposeError::at("", what, "mend the value or remove the tag"))),
        }
    }
}

fn refuse_depth(depth: usize, mark: Mark) -> Result<(), ComposeError> {
    if depth > MAX_DEPTH { Err(placed(mark, too_big("deeper than 64 levels", "flatten it"))) } else { Ok(()) }
}

/// The name of one of YAML's own tags.
fn core(tag: &Tag) -> Option<&str> {
    if tag.handle == "!!" { Some(&tag.suffix) } else { tag.suffix.strip_prefix(CORE).filter(|_| tag.handle.is_empty()) }
}

/// Line and column, both counted from 1.
pub(super) fn place(mark: Mark) -> (u32, u32) {
    let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    (number(mark.line), number(mark.column))
}

pub(super) fn placed(mark: Mark, fault: ComposeError) -> ComposeError {
    let (line, column) = place(mark);
    ComposeError { line: Some(line), column: Some(column), ..fault }
}
