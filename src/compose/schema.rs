//! Whether a filled-in file has the shape of its version of the format.

use super::{
    duration,
    error::ComposeError,
    ports,
    value::{Kind, Node},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

mod tables;

/// What a value may look like.
enum Shape {
    Null,
    Text,
    /// A date, which prints as text.
    Time,
    /// A text in Go's notation of durations.
    Duration,
    /// A port in the short form, as text or number.
    ShortPort,
    Bool,
    Integer,
    /// An integer that is not negative.
    Size,
    Number,
    /// One of these texts.
    Choice(&'static [&'static str]),
    List(&'static Shape),
    /// A list in which no item is there twice.
    UniqueList(&'static Shape),
    /// A mapping with keys of the author's choice.
    Named(Names, &'static Shape),
    Object(&'static Object),
    /// The first shape that fits the value's type is meant.
    Either(&'static [Shape]),
    /// From this minor version on.
    Since(u8, &'static Shape),
}

/// Which keys of a mapping count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Letters, digits, `.`, `_`, `-`; others are refused.
    Checked,
    /// Letters, digits, `.`, `_`, `-`; what is under others is not looked at.
    Plain,
    /// Lower-case letters; what is under others is not looked at.
    LowerCase,
    /// Any but the empty one, which is refused.
    Filled,
    /// Any.
    Free,
}

impl Names {
    fn fit(self, name: &str) -> bool {
        let fits = |c: char| match self {
            Self::Checked | Self::Plain => c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'),
            Self::LowerCase => c.is_ascii_lowercase(),
            Self::Filled | Self::Free => true,
        };
        (self == Self::Free || !name.is_empty()) && name.chars().all(fits)
    }
}

/// A mapping with known keys. Minor versions say from when on something is allowed.
struct Object {
    fields: &'static [Field],
    required: &'static [&'static str],
    /// Keys that start with `x-`.
    extensions: Option<u8>,
    /// Any other key.
    open: Option<u8>,
    /// Other keys that have a meaning nevertheless; what has none is told. `None` tells nothing.
    meant: Option<&'static [&'static str]>,
}

struct Field {
    name: &'static str,
    since: u8,
    shape: Shape,
}

/// Checks the whole file against the version `3.minor`; of several faults the one deepest in the file is told.
/// The answer is path and text of every key that is accepted and has no meaning.
pub(super) fn validate(root: &Node, minor: u8) -> Result<Vec<(String, String)>, ComposeError> {
    let mut check = Check { minor, path: Vec::new(), worst: None, meaningless: Vec::new() };
    check.object(&tables::ROOT, root);
    let Some(fault) = check.worst else { return Ok(check.meaningless) };
    let (line, column) = fault.place.unzip();
    Err(ComposeError { line, column, ..ComposeError::at(fault.path, fault.what, fault.hint) })
}

struct Fault {
    path: String,
    what: String,
    hint: String,
    /// Whether the value has the wrong type altogether.
    mistyped: bool,
    /// Line and column, when the path does not lead there.
    place: Option<(u32, u32)>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

struct Check<'a> {
    minor: u8,
    path: Vec<Step<'a>>,
    worst: Option<Fault>,
    meaningless: Vec<(String, String)>,
}

impl<'a> Check<'a> {
    fn dotted_path(&self) -> String {
        self.path.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
    }

    fn fault(&mut self, what: String, hint: &str, mistyped: bool) {
        let path = self.dotted_path();
        let replaces = self.worst.as_ref().is_none_or(|worst| (path.len(), mistyped) > (worst.path.len(), worst.mistyped));
        if replaces {
            self.worst = Some(Fault { path, what, hint: hint.to_owned(), mistyped, place: None });
        }
    }

    fn node(&mut self, shape: &'static Shape, node: &'a Node) {
        if !shape.takes(&node.kind, self.minor) {
            let mut wanted = Vec::new();
            shape.name(self.minor, &mut wanted);
            wanted.dedup();
            self.fault(format!("must be {}", listed(&wanted)), advice(shape, &node.kind), true);
            return;
        }
        match (shape, &node.kind) {
            (Shape::Either(shapes), kind) => {
                if let Some(shape) = shapes.iter().find(|shape| shape.takes(kind, self.minor)) {
                    self.node(shape, node);
                }
            }
            (Shape::Since(_, shape), _) => self.node(shape, node),
            (Shape::Duration, Kind::Text(text)) if duration::parse(text).is_none() => {
                self.fault(format!("`{text}` is no duration"), "write a number with its unit, such as 30s or 1m30s", false);
            }
            (Shape::ShortPort, _) => {
                let text = node.printed().unwrap_or_default();
                if !matches!(node.kind, Kind::Float(_)) && ports::parse(&text, &mut usize::MAX.clone()).is_err() {
                    self.fault(format!("`{text}` is no port"), "write it as PUBLISHED:TARGET/PROTOCOL", false);
                }
            }
            (Shape::Choice(choices), Kind::Text(text)) if !choices.contains(&text.as_str()) => {
                self.fault(format!("must be one of {}", choices.join(", ")), "write one of them", false);
            }
            (Shape::Size, Kind::Int(size)) if *size < 0 => self.fault("must not be negative".to_owned(), "write 0 or more", false),
            (Shape::List(item), Kind::List(items)) => self.items(item, items),
            (Shape::UniqueList(item), Kind::List(items)) => {
                self.unique(items);
                self.items(item, items);
            }
            (Shape::Named(names, value), Kind::Map(map)) => self.named(*names, value, map),
            (Shape::Object(object), Kind::Map(_)) => self.object(object, node),
            _ => {}
        }
    }

    fn items(&mut self, shape: &'static Shape, items: &'a [Node]) {
        for (index, item) in items.iter().enumerate() {
            self.path.push(Step::Index(index));
            self.node(shape, item);
            self.path.pop();
        }
    }

    fn unique(&mut self, items: &[Node]) {
        let mut seen = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            if let Some(first) = seen.insert(canonical(item), index) {
                self.fault(format!("the items {first} and {index} are the same"), "remove one of them", false);
                return;
            }
        }
    }

    fn named(&mut self, names: Names, shape: &'static Shape, map: &'a BTreeMap<String, Node>) {
        for (name, node) in map {
            if names.fit(name) {
                self.path.push(Step::Key(name));
                self.node(shape, node);
                self.path.pop();
            } else if matches!(names, Names::Checked | Names::Filled) {
                self.fault(format!("`{name}` is no valid name"), "use letters, digits, dots, dashes and underscores", false);
            }
        }
    }

    fn object(&mut self, object: &'static Object, node: &'a Node) {
        let Some(map) = node.as_map() else { return };
        for (key, value) in map {
            let known = object.fields.iter().find(|field| field.name == key);
            if let Some(field) = known.filter(|field| field.since <= self.minor) {
                self.path.push(Step::Key(key));
                self.node(&field.shape, value);
                self.path.pop();
                continue;
            }
            let extension = key.starts_with("x-") && object.extensions.is_some_and(|since| since <= self.minor);
            let open = object.open.is_some_and(|since| since <= self.minor);
            if open && !extension && object.meant.is_some_and(|meant| !meant.contains(&key.as_str())) {
                self.meaningless.push((format!("{}.{key}", self.dotted_path()), "nothing reads this key".to_owned()));
            }
            if !extension && !open {
                let hint = known.map_or_else(
                    || "check its spelling and its indentation, or remove it".to_owned(),
                    |field| format!("it exists from version 3.{} on", field.since),
                );
                let what = format!("the key `{key}` is not allowed here");
                self.fault(what.clone(), &hint, false);
                if let Some(worst) = self.worst.as_mut().filter(|worst| worst.what == what) {
                    worst.place.get_or_insert((value.line, value.column));
                }
            }
        }
        for key in object.required {
            if !map.contains_key(*key) {
                self.fault(format!("the key `{key}` is required"), "add it", false);
            }
        }
    }
}

impl Shape {
    /// Whether a value of this type may be meant by the shape.
    fn takes(&self, kind: &Kind, minor: u8) -> bool {
        let whole = |value: &f64| value.fract() == 0.0;
        match self {
            Self::Null => matches!(kind, Kind::Null),
            Self::Text | Self::Choice(_) | Self::Duration => matches!(kind, Kind::Text(_)),
            Self::ShortPort => matches!(kind, Kind::Text(_) | Kind::Int(_) | Kind::Uint(_) | Kind::Float(_)),
            Self::Time => matches!(kind, Kind::Time(_)),
            Self::Bool => matches!(kind, Kind::Bool(_)),
            Self::Integer | Self::Size => match kind {
                Kind::Float(value) => whole(value),
                kind => matches!(kind, Kind::Int(_) | Kind::Uint(_)),
            },
            Self::Number => matches!(kind, Kind::Int(_) | Kind::Uint(_) | Kind::Float(_)),
            Self::List(_) | Self::UniqueList(_) => matches!(kind, Kind::List(_)),
            Self::Named(..) | Self::Object(_) => matches!(kind, Kind::Map(_)),
            Self::Either(shapes) => shapes.iter().any(|shape| shape.takes(kind, minor)),
            Self::Since(since, shape) => *since <= minor && shape.takes(kind, minor),
        }
    }

    fn name(&self, minor: u8, names: &mut Vec<&'static str>) {
        names.push(match self {
            Self::Null => "empty",
            Self::Time => return,
            Self::Text | Self::Choice(_) | Self::Duration => "a string",
            Self::ShortPort => "a port",
            Self::Bool => "a boolean",
            Self::Integer | Self::Size => "an integer",
            Self::Number => "a number",
            Self::List(_) | Self::UniqueList(_) => "a list",
            Self::Named(..) | Self::Object(_) => "a mapping",
            Self::Either(shapes) => return shapes.iter().for_each(|shape| shape.name(minor, names)),
            Self::Since(since, _) if *since > minor => return,
            Self::Since(_, shape) => return shape.name(minor, names),
        });
    }
}

/// `a`, `a or b`, `a, b or c`.
fn listed(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.join(""),
    }
}

fn advice(shape: &Shape, found: &Kind) -> &'static str {
    match (shape, found) {
        (Shape::Bool, Kind::Text(text)) if matches!(text.as_str(), "yes" | "no" | "on" | "off") => "write true or false",
        (Shape::Text | Shape::Duration, Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) | Kind::Bool(_) | Kind::Time(_)) => {
            "put it in quotes"
        }
        (Shape::Integer | Shape::Number, Kind::Text(_)) => "write the number without quotes",
        (_, Kind::Null) => "give it a value or remove the key",
        (Shape::Bool, _) => "write true or false",
        (Shape::Text | Shape::Duration | Shape::ShortPort | Shape::Choice(_), _) => "write one text",
        (Shape::Integer | Shape::Size | Shape::Number, _) => "write a number",
        (Shape::List(_) | Shape::UniqueList(_), _) => "write each item on a line of its own, behind `- `",
        (Shape::Named(..) | Shape::Object(_), _) => "write KEY: VALUE below it",
        (Shape::Null | Shape::Time, _) => "leave it empty",
        (Shape::Since(_, shape), found) => advice(shape, found),
        (Shape::Either(shapes), found) => shapes.first().map_or("remove the key", |shape| advice(shape, found)),
    }
}

/// A text that is the same for equal values only.
fn canonical(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "~".to_owned(),
        Kind::Text(text) => format!("{text:?}"),
        Kind::List(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Kind::Map(map) => {
            let entries: BTreeSet<_> = map.iter().map(|(key, value)| format!("{key:?}:{}", canonical(value))).collect();
            format!("{{{}}}", entries.into_iter().collect::<Vec<_>>().join(","))
        }
        _ => node.printed().unwrap_or_default(),
    }
}
