use super::{Document, MAX_DEPTH, MAX_EXPANDED_BYTES, MAX_NODES, too_big};
use crate::compose::{
    error::ComposeError,
    scalar,
    value::{Kind, Node},
};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
};

const MAX_ALIASES: usize = 200;
/// Bytes of one key, because paths are made of keys.
const MAX_KEY: usize = 1024;

/// What a value costs when it is copied.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    height: usize,
}

impl Size {
    fn beside(self, other: Self) -> Self {
        Self { nodes: self.nodes + other.nodes, bytes: self.bytes + other.bytes, height: self.height.max(other.height) }
    }
}

/// The parser, and what its document has cost so far.
pub(super) struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// `None` while the anchored value is still being read.
    anchors: BTreeMap<usize, Option<(Node, Size)>>,
    spent: Size,
    aliases: usize,
    ignored_tags: Vec<(u32, String)>,
    /// Why the parser does not go on.
    pub(super) stuck: Option<ScanError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            anchors: BTreeMap::new(),
            spent: Size::default(),
            aliases: 0,
            ignored_tags: Vec::new(),
            stuck: None,
        }
    }

    pub(super) fn document(&mut self) -> Result<Document, ComposeError> {
        let root = self.root()?;
        if !matches!(root.kind, Kind::Map(_)) {
            let fault = ComposeError::at("", "the top level must be a mapping", "start the file with `services:`");
            return Err(ComposeError { line: Some(root.line.max(1)), column: Some(root.column.max(1)), ..fault });
        }
        let more_follow = matches!(self.parser.next_event(), Some(Ok((Event::DocumentStart(_), _))));
        Ok(Document { root, more_follow, ignored_tags: std::mem::take(&mut self.ignored_tags) })
    }

    fn root(&mut self) -> Result<Node, ComposeError> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                Event::StreamEnd | Event::DocumentEnd => return Ok(Node::default()),
                event => {
                    let (node, _) = self.node(event, span, 1)?;
                    self.next()?;
                    return Ok(node);
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), ComposeError> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => {
                let fault = syntax(&error);
                self.stuck = Some(error);
                Err(fault)
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// The value that begins with `event`.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<(Node, Size), ComposeError> {
        if let Event::Alias(anchor) = event {
            return self.alias(anchor, span, depth);
        }
        if depth > MAX_DEPTH {
            return Err(placed(span, too_deep()));
        }
        let (anchor, (kind, inner)) = match event {
            Event::Scalar(text, style, anchor, tag) => (anchor, (self.scalar(text, style, tag, span)?, Size::default())),
            Event::SequenceStart(anchor, tag) => {
                self.open(anchor, tag, span);
                (anchor, self.list(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.open(anchor, tag, span);
                (anchor, self.map(span, depth)?)
            }
            _ => return Err(placed(span, ComposeError::at("", "a value is missing", "write a value"))),
        };
        let bytes = if let Kind::Text(text) = &kind { text.len() } else { 0 };
        let size = Size { nodes: inner.nodes + 1, bytes: inner.bytes + bytes, height: inner.height + 1 };
        self.spend(Size { nodes: 1, bytes, height: 0 }, span)?;
        let (line, column) = place(span);
        let node = Node { line, column, kind };
        if anchor > 0 {
            // An anchor keeps a copy, which costs as much as an alias.
            self.spend(size, span)?;
            self.anchors.insert(anchor, Some((node.clone(), size)));
        }
        Ok((node, size))
    }

    fn open(&mut self, anchor: usize, tag: Option<Cow<'a, Tag>>, span: Span) {
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            self.ignored_tags.push((place(span).0, tag.to_string()));
        }
    }

    fn alias(&mut self, anchor: usize, span: Span, depth: usize) -> Result<(Node, Size), ComposeError> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(placed(span, too_big("more than 200 aliases", "use fewer aliases")));
        }
        let Some(Some((_, size))) = self.anchors.get(&anchor) else {
            return Err(placed(span, ComposeError::at("", "the anchored value contains itself", "name the alias outside of its own anchor")));
        };
        let size = *size;
        if depth + size.height > MAX_DEPTH + 1 {
            return Err(placed(span, too_deep()));
        }
        self.spend(size, span)?;
        let Some(Some((node, _))) = self.anchors.get(&anchor) else { return Ok((Node::default(), size)) };
        Ok((node.clone(), size))
    }

    fn spend(&mut self, size: Size, span: Span) -> Result<(), ComposeError> {
        self.spent = self.spent.beside(size);
        if self.spent.nodes > MAX_NODES {
            return Err(placed(span, too_big("more than 50000 values with its aliases filled in", "use fewer aliases")));
        }
        if self.spent.bytes > MAX_EXPANDED_BYTES {
            return Err(placed(span, too_big("more than 4 MiB with its aliases filled in", "use fewer aliases")));
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: Cow<'a, str>,
        style: ScalarStyle,
        tag: Option<Cow<'a, Tag>>,
        span: Span,
    ) -> Result<Kind, ComposeError> {
        let tag = tag.filter(|tag| !(tag.handle.is_empty() && tag.suffix == "!"));
        let kind = match &tag {
            None if style == ScalarStyle::Plain => Ok(scalar::resolve(&text)),
            None => Ok(Kind::Text(text.into_owned())),
            Some(tag) if tag.is_yaml_core_schema() => scalar::tagged(&tag.suffix, &text),
            Some(tag) => {
                self.ignored_tags.push((place(span).0, tag.to_string()));
                Ok(Kind::Text(text.into_owned()))
            }
        };
        match kind {
            Ok(Kind::Float(number)) if !number.is_finite() => {
                let what = format!("{number} is not a number that a stack can use");
                Err(placed(span, ComposeError::at("", what, "put it in quotes if text is meant")))
            }
            kind => kind.map_err(|what| placed(span, ComposeError::at("", what, "mend the value or remove the tag"))),
        }
    }

    fn list(&mut self, depth: usize) -> Result<(Kind, Size), ComposeError> {
        let mut items = Vec::new();
        let mut total = Size::default();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                return Ok((Kind::List(items), total));
            }
            let item = self.node(event, span, depth + 1);
            let (item, size) = item.map_err(|fault| fault.below(&items.len().to_string()))?;
            total = total.beside(size);
            items.push(item);
        }
    }

    fn map(&mut self, start: Span, depth: usize) -> Result<(Kind, Size), ComposeError> {
        let mut map = BTreeMap::new();
        let mut written = BTreeSet::new();
        let mut merged = None;
        let mut total = Size::default();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                break;
            }
            let is_merge_key = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            if let Event::Scalar(text, ..) = &event
                && !written.insert(text.clone().into_owned())
            {
                return Err(placed(
                    span,
                    ComposeError::at("", format!("the key `{text}` is there twice"), "remove one of them"),
                ));
            }
            if matches!(&event, Event::Scalar(text, ..) if text.len() > MAX_KEY) {
                return Err(placed(span, too_big("a key of more than 1 KiB", "use shorter keys")));
            }
            let (key, key_size) = self.node(event, span, depth + 1)?;
            let below = |fault: ComposeError| fault.below(key.as_text().unwrap_or_default());
            let (event, value_span) = self.next().map_err(below)?;
            let (mut value, size) = self.node(event, value_span, depth + 1).map_err(below)?;
            if value.line > key.line {
                // What begins on a later line is looked for at its key.
                (value.line, value.column) = (key.line, key.column);
            }
            total = total.beside(key_size).beside(size);
            match key.kind {
                _ if is_merge_key => merged = Some((value, value_span)),
                Kind::Text(key) => {
                    map.insert(key, value);
                }
                _ => {
                    let what = if depth == 1 { "the top level must be a mapping whose keys are all text" } else { "a key must be text" };
                    return Err(placed(span, ComposeError::at("", what, "put the key in quotes")));
                }
            }
        }
        if let Some((value, span)) = merged {
            merge(&mut map, value).map_err(|fault| placed(if place(span).0 > 0 { span } else { start }, fault))?;
        }
        Ok((Kind::Map(map), total))
    }
}

/// Adds what `<<` names, where the mapping does not say otherwise itself; of several, the earlier wins.
fn merge(map: &mut BTreeMap<String, Node>, value: Node) -> Result<(), ComposeError> {
    let parts = match value.kind {
        Kind::List(items) => items,
        kind => vec![Node { kind, ..value }],
    };
    for part in parts {
        let Kind::Map(entries) = part.kind else {
            return Err(ComposeError::at("", "`<<` takes a mapping or a list of mappings", "name an anchor of a mapping"));
        };
        for (key, node) in entries {
            if let Entry::Vacant(vacant) = map.entry(key) {
                vacant.insert(node);
            }
        }
    }
    Ok(())
}

fn too_deep() -> ComposeError {
    too_big("deeper than 64 levels", "flatten it")
}

fn place(span: Span) -> (u32, u32) {
    spot(&span.start)
}

/// Line and column, both counted from 1.
fn spot(marker: &Marker) -> (u32, u32) {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (number(marker.line()), number(marker.col() + 1))
}

fn placed(span: Span, fault: ComposeError) -> ComposeError {
    let (line, column) = place(span);
    ComposeError { line: Some(line), column: Some(column), ..fault }
}

/// What to do about the faults of notation that people make most.
fn advice(info: &str) -> &'static str {
    if info.contains("anchor") || info.contains("alias") {
        return "give the anchor a name with `&` above the place where `*` uses it";
    }
    if info.contains("tab") {
        return "indent with spaces";
    }
    "check the indentation, the quotes and the brackets around this place"
}

fn syntax(error: &ScanError) -> ComposeError {
    let (line, column) = spot(error.marker());
    let fault = if error.info() == "recursion limit exceeded" {
        too_deep()
    } else {
        ComposeError::at("", format!("no valid YAML: {}", error.info()), advice(error.info()))
    };
    ComposeError { line: Some(line), column: Some(column), ..fault }
}
