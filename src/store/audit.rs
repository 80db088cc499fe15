//! The audit log: appended by `commit` alone, read by everyone who may.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::chain::{Checked, Checker, GENESIS, Link, link_hash};
use super::schema::audit;
use super::{Result, Store, StoreError};
use crate::access::{ActionName, Actor, Target, Via};
use crate::clock::Millis;

/// Rows that a check reads at once.
const CHECK_ROWS: i64 = 1000;

/// What an entry tells about its action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The change is done; it stands in the same transaction.
    Done,
    /// An operation was asked for.
    Intent,
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
    /// `ok`, `asked`, `refused`, `failed` or how an operation ended.
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

/// Which entries a page wants. Empty texts match everything.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    pub actor: String,
    pub action: String,
    pub target: String,
    pub outcome: String,
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    /// Only entries older than this one.
    pub before: Option<i64>,
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

type Row = (i64, String, String);

impl Store {
    /// The newest entries that fit, newest first, at most `limit`.
    pub async fn entries(&self, filter: EntryFilter, limit: i64) -> Result<Vec<Entry>> {
        self.read(move |connection| {
            let mut query =
                audit::table.select((audit::seq, audit::body, audit::hash)).order(audit::seq.desc()).limit(limit).into_boxed();
            if !filter.actor.is_empty() {
                query = query.filter(audit::actor.eq(filter.actor));
            }
            if !filter.action.is_empty() {
                query = query.filter(audit::action.eq(filter.action));
            }
            if !filter.target.is_empty() {
                query = query.filter(audit::target.eq(filter.target));
            }
            if !filter.outcome.is_empty() {
                query = query.filter(audit::outcome.eq(filter.outcome));
            }
            if let Some(from) = filter.from {
                query = query.filter(audit::at.ge(from));
            }
            if let Some(to) = filter.to {
                query = query.filter(audit::at.lt(to));
            }
            if let Some(before) = filter.before {
                query = query.filter(audit::seq.lt(before));
            }
            query.load::<Row>(connection)?.into_iter().map(entry).collect()
        })
        .await
    }

    /// One entry by its number.
    pub async fn entry(&self, seq: i64) -> Result<Option<Entry>> {
        self.read(move |connection| {
            let row = audit::table.find(seq).select((audit::seq, audit::body, audit::hash)).first::<Row>(connection).optional()?;
            row.map(entry).transpose()
        })
        .await
    }

    /// Links after `after`, oldest first, for a check or an export.
    pub async fn links(&self, after: i64) -> Result<Vec<Link>> {
        self.read(move |connection| links(connection, after)).await
    }

    /// Checks the whole chain.
    pub async fn check_audit(&self) -> Result<Checked> {
        self.read(|connection| {
            let (mut checker, mut after) = (Checker::default(), i64::MIN);
            loop {
                let links = links(connection, after)?;
                let Some(last) = links.last() else { return Ok(checker.finish()) };
                after = last.seq;
                for link in &links {
                    if let Err(found) = checker.take(link) {
                        return Ok(found);
                    }
                }
            }
        })
        .await
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

fn links(connection: &mut SqliteConnection, after: i64) -> Result<Vec<Link>> {
    let rows = audit::table
        .filter(audit::seq.gt(after.into_sql::<BigInt>()))
        .order(audit::seq)
        .limit(CHECK_ROWS)
        .select((audit::seq, audit::body, audit::hash))
        .load::<Row>(connection)?;
    Ok(rows.into_iter().map(|(seq, body, hash)| Link { seq, body, hash }).collect())
}

fn entry((seq, body, hash): Row) -> Result<Entry> {
    let mut entry: Entry = serde_json::from_str(&body).map_err(|e| StoreError::Unreadable(format!("audit entry {seq}: {e}")))?;
    entry.hash = hash;
    Ok(entry)
}
