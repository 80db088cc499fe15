//! The audit log: appended by `commit` alone, read by everyone who may.

use diesel::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::chain::{Anchor, GENESIS, Link, link_hash};
use super::ledger;
use super::schema::audit;
use super::{Result, Store, StoreError};
use crate::access::{ActionName, Actor, Target, Via};
use crate::clock::Millis;

/// What an entry tells about its action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The change is done; it stands in the same transaction.
    Done,
    /// An operation was asked for.
    Intent,
    /// An operation was asked for, and waits for approval.
    Waits,
    /// An operation ended; `of` is the entry that asked for it.
    Outcome { of: i64, outcome: String },
    /// It was not allowed.
    Refused,
    /// It was tried and did not work, such as a sign-in.
    Failed,
}

impl Phase {
    fn outcome(&self) -> &str {
        match self {
            Self::Done => "ok",
            Self::Intent => "asked",
            Self::Waits => "waits",
            Self::Outcome { outcome, .. } => outcome,
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

pub(super) struct NewEntry<'a> {
    pub(super) seq: i64,
    pub(super) at: Millis,
    pub(super) actor: &'a Actor,
    pub(super) action: ActionName,
    pub(super) target: &'a Target,
    pub(super) phase: Phase,
    pub(super) particulars: Map<String, Value>,
}

/// One entry as it is read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Entry {
    pub seq: i64,
    pub at: Millis,
    pub actor: EntryActor,
    pub action: String,
    pub target: EntryTarget,
    /// `ok`, `asked`, `waits`, `refused`, `failed` or how an operation ended.
    pub outcome: String,
    /// The entry that this one completes.
    #[serde(default)]
    pub of: Option<i64>,
    #[serde(default)]
    pub particulars: Map<String, Value>,
    #[serde(skip)]
    pub hash: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EntryActor {
    pub kind: String,
    pub name: String,
    #[serde(default)]
    pub id: Option<i32>,
    #[serde(default)]
    pub via: Via,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EntryTarget {
    pub kind: String,
    pub name: String,
}

pub(super) fn next_seq(connection: &mut SqliteConnection) -> QueryResult<i64> {
    let last: Option<i64> = audit::table.select(diesel::dsl::max(audit::seq)).first(connection)?;
    Ok(last.unwrap_or(0) + 1)
}

pub(super) fn append(connection: &mut SqliteConnection, entry: &NewEntry<'_>) -> Result<()> {
    let previous: Option<String> = audit::table.order(audit::seq.desc()).select(audit::hash).first(connection).optional()?;
    let body = body(entry)?;
    let hash = link_hash(previous.as_deref().unwrap_or(GENESIS), &body);
    diesel::insert_into(audit::table)
        .values((audit::seq.eq(entry.seq), audit::body.eq(body), audit::hash.eq(hash)))
        .execute(connection)?;
    Ok(())
}

fn body(entry: &NewEntry<'_>) -> Result<String> {
    let mut actor = json!({ "kind": entry.actor.kind(), "name": entry.actor.name() });
    if let Some(map) = actor.as_object_mut() {
        if let Some(id) = entry.actor.member() {
            map.insert("id".to_owned(), id.into());
        }
        if let Some(via) = entry.actor.via() {
            map.insert("via".to_owned(), serde_json::to_value(via).map_err(unreadable)?);
        }
    }
    let target = match entry.target {
        Target::Site => json!({ "kind": "site", "name": "" }),
        Target::App(name) => json!({ "kind": "app", "name": name }),
    };
    let mut value = json!({
        "seq": entry.seq,
        "at": entry.at,
        "actor": actor,
        "action": entry.action.as_str(),
        "target": target,
        "outcome": entry.phase.outcome(),
        "particulars": entry.particulars,
    });
    if let (Phase::Outcome { of, .. }, Some(map)) = (&entry.phase, value.as_object_mut()) {
        map.insert("of".to_owned(), (*of).into());
    }
    serde_json_canonicalizer::to_string(&value).map_err(unreadable)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

pub(super) type Row = (i64, String, String);

impl Store {
    /// One entry by its number.
    pub async fn entry(&self, seq: i64) -> Result<Option<Entry>> {
        self.read(move |connection| {
            let row = audit::table.find(seq).select((audit::seq, audit::body, audit::hash)).first::<Row>(connection).optional()?;
            Ok(row.map(entry))
        })
        .await
    }

    /// The entry that tells how what this one asked for ended.
    pub async fn completion(&self, seq: i64) -> Result<Option<Entry>> {
        self.read(move |connection| {
            let query = audit::table.filter(audit::completes.eq(seq)).select((audit::seq, audit::body, audit::hash));
            Ok(query.first::<Row>(connection).optional()?.map(entry))
        })
        .await
    }

    /// Links after `after`, oldest first, for a check or an export.
    pub async fn links(&self, after: i64) -> Result<Vec<Link>> {
        self.read(move |connection| ledger::links(connection, after)).await
    }

    /// Where the chain begins.
    pub async fn audit_anchor(&self) -> Result<Anchor> {
        self.read(ledger::anchor).await
    }

    /// Number and hash of the newest entry: what a checkpoint says.
    pub async fn audit_head(&self) -> Result<(i64, String)> {
        self.read(|connection| {
            let head = audit::table.order(audit::seq.desc()).select((audit::seq, audit::hash)).first(connection).optional()?;
            Ok(head.unwrap_or_else(|| (0, GENESIS.to_owned())))
        })
        .await
    }
}

/// An entry that was altered until nothing can be made of it is shown too, as what it is.
pub(super) fn entry((seq, body, hash): Row) -> Entry {
    let mut entry = serde_json::from_str(&body).unwrap_or_else(|_altered| Entry {
        seq,
        at: 0,
        actor: EntryActor { kind: String::new(), name: String::new(), id: None, via: Via::default() },
        action: String::new(),
        target: EntryTarget { kind: String::new(), name: String::new() },
        outcome: String::new(),
        of: None,
        particulars: Map::from_iter([("text".to_owned(), Value::from(body))]),
        hash: String::new(),
    });
    (entry.seq, entry.hash) = (seq, hash);
    entry
}
