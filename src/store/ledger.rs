//! The log of a database that is only looked at: nothing is brought up to date and nothing is written, so that a copy, an older
//! database and one that somebody broke can be checked as they are.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

use super::chain::{Anchor, Checked, Checker, Link};
use super::{Result, reader};

/// Rows that are read at once.
pub(super) const ROWS: i64 = 1000;

/// What keeps the log as it is against everything that writes SQL.
const GUARDS: [&str; 3] = ["audit_no_delete", "audit_no_gap", "audit_no_update"];

/// As bytes: what is no text any more shall be found by its hash, and its number be told.
const LINKS: &str =
    "SELECT seq, CAST(body AS BLOB) AS body, CAST(hash AS BLOB) AS hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";
const HAS_SEALS: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'audit_seals'";
const SEALED: &str = "SELECT seq, hash FROM audit_seals ORDER BY seq DESC LIMIT 1";
const TRIGGERS: &str = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'";

#[derive(QueryableByName)]
struct RawLink {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    body: Vec<u8>,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Seal {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    hash: String,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// An open log.
pub struct Ledger(SqliteConnection);

impl Ledger {
    /// Opens the log of this database.
    pub fn open(database: &Path) -> Result<Self> {
        reader(database).map(Self)
    }

    /// Where the chain begins.
    pub fn anchor(&mut self) -> Result<Anchor> {
        anchor(&mut self.0)
    }

    /// The next links after `after`, oldest first.
    pub fn links(&mut self, after: i64) -> Result<Vec<Link>> {
        links(&mut self.0, after)
    }

    /// Checks the whole log, and against checkpoints.
    pub fn check(&mut self, marks: impl IntoIterator<Item = (i64, String)>) -> Result<Checked> {
        let anchor = self.anchor()?;
        let (mut checker, mut after) = (Checker::behind(anchor, marks), i64::MIN);
        loop {
            let links = self.links(after)?;
            let Some(last) = links.last() else { return Ok(checker.finish()) };
            after = last.seq;
            for link in &links {
                if let Err(found) = checker.take(link) {
                    return Ok(found);
                }
            }
        }
    }

    /// The triggers that keep the log as it is and that somebody took out.
    pub fn missing_guards(&mut self) -> Result<Vec<&'static str>> {
        let there = diesel::sql_query(TRIGGERS).load::<Named>(&mut self.0)?;
        Ok(GUARDS.into_iter().filter(|guard| !there.iter().any(|trigger| trigger.name == *guard)).collect())
    }
}

pub(super) fn links(connection: &mut SqliteConnection, after: i64) -> Result<Vec<Link>> {
    let query = diesel::sql_query(LINKS).bind::<BigInt, _>(after).bind::<BigInt, _>(ROWS);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    let rows = query.load::<RawLink>(connection)?;
    Ok(rows.into_iter().map(|row| Link { seq: row.seq, body: text(row.body), hash: text(row.hash) }).collect())
}

pub(super) fn anchor(connection: &mut SqliteConnection) -> Result<Anchor> {
    // A database of an older version has no such table, and nothing was sealed.
    if diesel::sql_query(HAS_SEALS).load::<Named>(connection)?.is_empty() {
        return Ok(Anchor::default());
    }
    let last = diesel::sql_query(SEALED).load::<Seal>(connection)?.pop();
    Ok(last.map_or_else(Anchor::default, |seal| Anchor { seq: seal.seq, hash: seal.hash }))
}
