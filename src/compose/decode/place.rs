use crate::compose::{
    duration,
    error::ComposeError,
    size,
    types::{Extras, Pairs},
    value::{Kind, Node},
};
use std::collections::BTreeMap;

/// A value together with the way to it, so that a fault can say where it is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    node: &'a Node,
    above: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(super) fn root(node: &'a Node) -> Self {
        Self { node, above: None, step: Step::Root }
    }

    pub(super) fn kind(&self) -> &'a Kind {
        &self.node.kind
    }

    /// The dotted path.
    pub(super) fn path(&self) -> String {
        let above = self.above.map(Place::path).unwrap_or_default();
        let step = match self.step {
            Step::Root => return above,
            Step::Key(key) => key.to_owned(),
            Step::Index(index) => index.to_string(),
        };
        if above.is_empty() { step } else { format!("{above}.{step}") }
    }

    /// The key under which the value stands.
    pub(super) fn key(&self) -> &'a str {
        if let Step::Key(key) = self.step { key } else { "" }
    }

    pub(super) fn fault(&self, what: impl Into<String>, hint: impl Into<String>) -> ComposeError {
        ComposeError::at(self.path(), what, hint)
    }

    /// Refuses everything but a mapping and null.
    pub(super) fn wants_map(&self) -> Result<(), ComposeError> {
        let fits = matches!(self.kind(), Kind::Map(_) | Kind::Null);
        if fits { Ok(()) } else { Err(self.fault("must be a mapping", "write KEY: VALUE below it")) }
    }

    /// The text of `key` where the schema does not look at it, empty when absent.
    pub(super) fn checked_text(&self, key: &str) -> Result<String, ComposeError> {
        match self.get(key) {
            None => Ok(String::new()),
            Some(Place { node: Node { kind: Kind::Text(text), .. }, .. }) => Ok(text.clone()),
            Some(place) => Err(place.fault("must be a string", "put it in quotes")),
        }
    }

    /// The entry `key` of a mapping, unless it is null.
    pub(super) fn get<'b>(&'b self, key: &str) -> Option<Place<'b>> {
        let (key, node) = self.node.as_map()?.get_key_value(key)?;
        (node.kind != Kind::Null).then_some(Place { node, above: Some(self), step: Step::Key(key) })
    }

    /// The entries of a mapping.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, Place<'_>)> {
        let map = self.node.as_map().into_iter().flatten();
        map.map(move |(key, node)| (key.as_str(), Place { node, above: Some(self), step: Step::Key(key) }))
    }

    /// The items of a list.
    pub(super) fn items(&self) -> impl Iterator<Item = Place<'_>> {
        let items = self.node.as_list().into_iter().flatten();
        items.enumerate().map(move |(index, node)| Place { node, above: Some(self), step: Step::Index(index) })
    }

    /// The text of `key`, empty when absent.
    pub(super) fn text(&self, key: &str) -> String {
        self.get(key).and_then(|place| place.node.printed()).unwrap_or_default()
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Place { node: Node { kind: Kind::Bool(true), .. }, .. }))
    }

    /// One text or a list of them under `key`; `None` when absent.
    pub(super) fn optional_texts(&self, key: &str) -> Option<Vec<String>> {
        let place = self.get(key)?;
        Some(match place.kind() {
            Kind::List(items) => items.iter().filter_map(Node::printed).collect(),
            _ => place.node.printed().into_iter().collect(),
        })
    }

    /// One text or a list of them under `key`; empty when absent.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        self.optional_texts(key).unwrap_or_default()
    }

    /// Nanoseconds under `key`.
    pub(super) fn duration(&self, key: &str) -> Result<Option<i64>, ComposeError> {
        let Some(place) = self.get(key) else { return Ok(None) };
        let text = place.node.printed().unwrap_or_default();
        let hint = "write a number with its unit, such as 30s or 1m30s";
        duration::parse(&text).map(Some).ok_or_else(|| place.fault(format!("`{text}` is no duration"), hint))
    }

    /// Bytes under `key`, 0 when absent.
    pub(super) fn size(&self, key: &str) -> Result<i64, ComposeError> {
        let Some(place) = self.get(key) else { return Ok(0) };
        let text = place.node.printed().unwrap_or_default();
        size::parse(&text).ok_or_else(|| place.fault(format!("`{text}` is no size"), "write a number with its unit, such as 512M"))
    }

    /// A number of at least 0 under `key`; a fraction is cut off.
    pub(super) fn count(&self, key: &str) -> Result<Option<u64>, ComposeError> {
        let Some(place) = self.get(key) else { return Ok(None) };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range; the fraction goes")]
        let found = match *place.kind() {
            Kind::Int(value) => u64::try_from(value).ok(),
            Kind::Uint(value) => Some(value),
            Kind::Float(value) => (0.0..1.8e19).contains(&value).then_some(value as u64),
            _ => None,
        };
        found.map(Some).ok_or_else(|| place.fault("must be a number that is not negative", "write 0 or more"))
    }

    /// A number of at least 0 and below 2³² under `key`.
    pub(super) fn small_count(&self, key: &str) -> Result<Option<u32>, ComposeError> {
        let Some(count) = self.count(key)? else { return Ok(None) };
        u32::try_from(count)
            .map(Some)
            .map_err(|_| ComposeError::at(format!("{}.{key}", self.path()), "is too large", "write a number below 4294967296"))
    }

    /// A number under `key`, 0 when absent; a fraction is cut off.
    pub(super) fn whole(&self, key: &str) -> Result<i64, ComposeError> {
        self.get(key).map_or(Ok(0), |place| place.as_whole())
    }

    /// This number; a fraction is cut off.
    pub(super) fn as_whole(&self) -> Result<i64, ComposeError> {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be in range; the fraction goes")]
        let found = match *self.kind() {
            Kind::Int(value) => Some(value),
            Kind::Float(value) => (-9.2e18..9.2e18).contains(&value).then_some(value as i64),
            _ => None,
        };
        found.ok_or_else(|| self.fault("must be a number below 2⁶³", "write a smaller number"))
    }

    /// A ratio under `key`, 0 when absent.
    pub(super) fn ratio(&self, key: &str) -> f32 {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "the API takes this precision")]
        match self.get(key).map(|place| place.kind()) {
            Some(Kind::Int(value)) => *value as f32,
            Some(Kind::Uint(value)) => *value as f32,
            Some(Kind::Float(value)) => *value as f32,
            _ => 0.0,
        }
    }

    /// A mapping or a list of `KEY=VALUE` under `key`; what has no value is empty.
    pub(super) fn pairs(&self, key: &str) -> Pairs {
        self.optional_pairs(key).into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect()
    }

    /// A mapping or a list of `KEY=VALUE` under `key`; what has no value is `None`.
    pub(super) fn optional_pairs(&self, key: &str) -> BTreeMap<String, Option<String>> {
        let Some(place) = self.get(key) else { return BTreeMap::new() };
        match place.kind() {
            Kind::Map(map) => map.iter().map(|(key, value)| (key.clone(), value.printed())).collect(),
            Kind::List(items) => items
                .iter()
                .filter_map(Node::printed)
                .map(|item| match item.split_once('=') {
                    Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                    None => (item, None),
                })
                .collect(),
            _ => BTreeMap::new(),
        }
    }

    /// The entries that start with `x-`.
    pub(super) fn extras(&self) -> Extras {
        let map = self.node.as_map().into_iter().flatten();
        map.filter(|(key, _)| key.starts_with("x-")).map(|(key, node)| (key.clone(), node.clone())).collect()
    }
}
