//! Two people edited the same settings: what the other one saved and what was typed here.

use std::collections::BTreeMap;

use crate::envfile::{EnvFile, diff};
use crate::store::apps::EnvRevision;
use crate::web::Site;
use crate::web::page::moment;
use crate::web::when::When;

use super::change::Shown;
use super::mask::Mask;

/// Somebody saved while a form was open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Who saved last, when and why.
    pub by: String,
    pub when: When,
    pub reason: String,
    /// The revision that the form was made from, and the newest one.
    pub base: i32,
    pub newest: i32,
    pub rows: Vec<ConflictRow>,
}

/// A setting that one of the two changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRow {
    pub key: String,
    pub before: Shown,
    /// `None`: they left it.
    pub theirs: Option<Shown>,
    /// `None`: you left it.
    pub yours: Option<Shown>,
    /// Both changed it, and not to the same.
    pub clash: bool,
}

/// Holds the three files against each other: the one that the form was made from, the newest one, and what was typed.
pub(super) fn conflict(site: &Site, base: &EnvRevision, newest: &EnvRevision, typed: &str) -> Conflict {
    let parsed = |text: &str| EnvFile::parse(text).ok();
    let rows = match (parsed(&base.text), parsed(&newest.text), parsed(typed)) {
        (Some(base), Some(theirs), Some(yours)) => rows(&base, &theirs, &yours),
        _ => vec![],
    };
    Conflict {
        by: newest.by.clone(),
        when: moment(site, newest.at),
        reason: newest.reason.clone(),
        base: base.number,
        newest: newest.number,
        rows,
    }
}

fn rows(base: &EnvFile, theirs: &EnvFile, yours: &EnvFile) -> Vec<ConflictRow> {
    let after = |new: &EnvFile| diff(base, new).into_iter().map(|c| (c.key, c.after)).collect::<BTreeMap<_, _>>();
    let (by_them, by_you) = (after(theirs), after(yours));
    let mut keys: Vec<&String> = by_them.keys().chain(by_you.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let shown = |key: &str, env: &EnvFile| Shown::of(key, env.get(key).as_ref(), &Mask::of(env));
    keys.into_iter()
        .map(|key| ConflictRow {
            key: key.clone(),
            before: shown(key, base),
            theirs: by_them.contains_key(key).then(|| shown(key, theirs)),
            yours: by_you.contains_key(key).then(|| shown(key, yours)),
            clash: by_them.get(key).is_some_and(|value| by_you.get(key).is_some_and(|other| other != value)),
        })
        .collect()
}
