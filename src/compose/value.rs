//! The tree of one compose file, after YAML and before meaning.

use super::{float, moment::Moment};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// A value and the place where it was written. Two nodes are equal when their values are.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Counted from 1; 0 when the value was not written in a file.
    pub line: u32,
    /// Counted from 1; 0 when the value was not written in a file.
    pub column: u32,
    /// The value.
    pub kind: Kind,
}

/// What a value is, by the rules of the YAML reader in docker's client.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Kind {
    /// Nothing, `~` or `null`.
    #[default]
    Null,
    /// `true` or `false`; never `yes` or `on`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond `i64`.
    Uint(u64),
    /// A finite number.
    Float(f64),
    /// A date, with or without a time of day.
    Time(Moment),
    /// Everything else that has no parts.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping; a key that is not text has been refused before.
    Map(BTreeMap<String, Node>),
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Node {
    /// The entries, when this is a mapping.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Node>> {
        if let Kind::Map(map) = &self.kind { Some(map) } else { None }
    }

    /// The items, when this is a list.
    pub fn as_list(&self) -> Option<&[Node]> {
        if let Kind::List(items) = &self.kind { Some(items) } else { None }
    }

    /// The text, when this is text.
    pub fn as_text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The entry `key`, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The value as Go's default formatting prints it; `None` for null and for what has parts.
    pub fn printed(&self) -> Option<String> {
        match &self.kind {
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Int(value) => Some(value.to_string()),
            Kind::Uint(value) => Some(value.to_string()),
            Kind::Float(value) => Some(float::printed(*value)),
            Kind::Time(moment) => Some(moment.printed()),
            Kind::Text(text) => Some(text.clone()),
        }
    }

    /// Takes the value at the dotted `path` out of the tree; `None` when the tree has nothing there.
    pub(super) fn take(&mut self, path: &str) -> Option<Node> {
        match &mut self.kind {
            Kind::Map(map) => {
                let fitting = map.keys().filter_map(|key| Some((key.clone(), below(path, key)?)));
                let (key, rest) = fitting.max_by_key(|(key, _)| key.len())?;
                if rest.is_empty() { map.remove(&key) } else { map.get_mut(&key)?.take(rest) }
            }
            Kind::List(items) => {
                let (first, rest) = path.split_once('.').unwrap_or((path, ""));
                let index = first.parse::<usize>().ok().filter(|index| *index < items.len())?;
                if rest.is_empty() { Some(items.remove(index)) } else { items.get_mut(index)?.take(rest) }
            }
            _ => None,
        }
    }

    /// The place of the innermost value on the dotted `path` that the tree knows.
    pub fn locate(&self, path: &str) -> (u32, u32) {
        let inner = match &self.kind {
            // A key may hold dots itself: the longest that fits is meant.
            Kind::Map(map) => {
                let fitting = map.iter().filter_map(|(key, node)| Some((key, node, below(path, key)?)));
                fitting.max_by_key(|(key, ..)| key.len()).map(|(_, node, rest)| (node, rest))
            }
            Kind::List(items) => {
                let (first, rest) = path.split_once('.').unwrap_or((path, ""));
                first.parse::<usize>().ok().and_then(|index| items.get(index)).map(|node| (node, rest))
            }
            _ => None,
        };
        inner.map_or((self.line, self.column), |(node, rest)| node.locate(rest))
    }
}

/// What follows `key` in `path`, when `path` begins with it.
fn below<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.kind {
            Kind::Null => serializer.serialize_unit(),
            Kind::Bool(value) => serializer.serialize_bool(*value),
            Kind::Int(value) => serializer.serialize_i64(*value),
            Kind::Uint(value) => serializer.serialize_u64(*value),
            Kind::Float(value) => serializer.serialize_f64(*value),
            // The tag tells it apart from a text that looks the same.
            Kind::Time(moment) => serializer.serialize_newtype_variant("Kind", 0, "timestamp", &moment.rfc3339()),
            Kind::Text(text) => serializer.serialize_str(text),
            Kind::List(items) => serializer.collect_seq(items),
            Kind::Map(map) => serializer.collect_map(map),
        }
    }
}
