//! A change of settings as pages show it: by variable and as text, with secret-like values hidden.

use crate::envfile::{self, EnvFile};
use crate::web::apps::changes::{DiffLine, Sign};

use super::mask::{Mask, masked};
use super::text_diff::text_diff;

/// What differs between two files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnvChange {
    pub keys: Vec<KeyRow>,
    pub lines: Vec<DiffLine>,
}

/// A variable whose value differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    pub key: String,
    pub before: Shown,
    pub after: Shown,
}

/// A value as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    NotSet,
    Empty,
    Value(String),
    /// It looks like a secret.
    Hidden,
}

impl Shown {
    pub(super) fn of(key: &str, value: Option<&String>, mask: &Mask) -> Self {
        match value.map(String::as_str) {
            None => Self::NotSet,
            Some("") => Self::Empty,
            Some(value) if mask.hides(key, value) => Self::Hidden,
            Some(value) => Self::Value(value.to_owned()),
        }
    }
}

/// Holds two texts against each other. A text that can't be read as settings is not shown, for nothing in it could be hidden.
pub(super) fn change(old: &str, new: &str) -> EnvChange {
    let (Ok(before), Ok(after)) = (EnvFile::parse(old), EnvFile::parse(new)) else {
        let text = "One of the two can’t be read as settings, so they are not compared.".to_owned();
        return EnvChange { keys: vec![], lines: vec![DiffLine { sign: Sign::Context, text }] };
    };
    let masks = (Mask::of(&before), Mask::of(&after));
    let keys = envfile::diff(&before, &after).into_iter().map(|change| KeyRow {
        before: Shown::of(&change.key, change.before.as_ref(), &masks.0),
        after: Shown::of(&change.key, change.after.as_ref(), &masks.1),
        key: change.key,
    });
    let keys = keys.collect();
    let lines = match (masked(old), masked(new)) {
        (Some(old_text), Some(new_text)) if old_text != new_text => text_diff(&old_text, &new_text),
        _ => vec![],
    };
    EnvChange { keys, lines }
}
