//! The database: one SQLite file, one writer, a few readers that can't write.
//!
//! Every change goes through [`Store::commit`](tx) and leaves an audit entry in the same transaction. Three narrow doors write
//! without one, and no other file names the writer: `journal.rs` (progress of operations, which the operation's own entry covers)
//! and `housekeeping.rs` (a session's last use, what catalogue refreshes found), beside `tx.rs` itself.

pub mod accounts;
pub mod approval_rules;
pub mod approval_votes;
pub mod approvals;
pub mod apps;
pub mod audit;
mod audit_check;
pub mod audit_export;
pub mod audit_proof;
pub mod audit_seals;
pub mod audit_search;
pub mod audit_stream;
pub mod backup_policies;
pub mod backups;
pub mod chain;
pub mod checkpoints;
mod copy;
pub mod deployments;
pub mod env_revisions;
pub mod escrow;
pub mod factors;
pub mod grants;
pub mod housekeeping;
pub mod identities;
pub mod journal;
pub mod ledger;
pub mod links;
pub mod mail;
pub mod members;
pub mod operations;
pub mod overview;
pub mod passkeys;
pub mod recipes;
pub mod recovery;
pub mod removals;
pub mod replicas;
pub mod repositories;
pub mod rights;
mod room;
pub mod schema;
pub mod seen;
pub mod sessions;
pub mod standing;
pub mod tag_alarms;
pub mod tally;
pub mod tokens;
pub mod tx;
pub mod updates;
pub mod upkeep;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::sync::watch;

use crate::clock::SharedClock;

pub use audit_check::AuditCheck;
pub use tx::{Command, CommitError, Denied, Tx};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Readers that are kept open when nobody reads.
const IDLE_READERS: usize = 4;

/// The database could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database {} can't be opened: {why}", path.display())]
    Open { path: PathBuf, why: String },
    #[error("the database could not be brought up to date: {0}")]
    Migrate(String),
    #[error("the database could not be read or written: {0}")]
    Database(#[from] diesel::result::Error),
    #[error("the database's writer has stopped")]
    WriterGone,
    #[error("nothing is written for now: {0}")]
    ReadOnly(String),
    #[error("a stored value can't be read: {0}")]
    Unreadable(String),
}

/// Every read's result.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The open database.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: writer::Writer,
    readers: Mutex<Vec<SqliteConnection>>,
    overview: overview::Kept,
    room: room::Room,
    tally: tally::Tally,
    rights: rights::Kept,
    /// Raised with each commit that changes what rights are worked out from.
    changed: Arc<watch::Sender<i64>>,
    clock: SharedClock,
}

impl Store {
    /// Opens the database file, makes it if it is missing, and brings it up to date.
    pub fn open(path: &Path, clock: SharedClock) -> Result<Self> {
        let mut connection = connect(path)?;
        // What is deleted is overwritten: settings hold passwords, and whoever reads the file later shall not find those of an app that
        // is gone.
        connection
            .batch_execute(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000; \
                 PRAGMA secure_delete=ON;",
            )
            .map_err(|e| StoreError::Open { path: path.to_owned(), why: e.to_string() })?;
        connection.run_pending_migrations(MIGRATIONS).map_err(|e| StoreError::Migrate(e.to_string()))?;
        let writer = writer::Writer::start(connection);
        let room = room::Room::beside(path);
        let (path, readers, overview) = (path.to_owned(), Mutex::default(), overview::Kept::default());
        let (tally, rights, changed) = (tally::Tally::default(), rights::Kept::default(), Arc::new(watch::Sender::new(0)));
        let inner = Inner { path, writer, readers, overview, room, tally, rights, changed, clock };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The clock that stamps entries.
    pub fn clock(&self) -> &SharedClock {
        &self.inner.clock
    }

    /// Runs a query on a reader, away from the async threads.
    async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut SqliteConnection) -> Result<T> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || {
            let kept = inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut reader = kept.map_or_else(|| reader(&inner.path), Ok)?;
            let answer = query(&mut reader);
            let mut readers = inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < IDLE_READERS {
                readers.push(reader);
            }
            answer
        })
        .await
        .map_err(|e| StoreError::Unreadable(e.to_string()))?
    }
}

fn connect(path: &Path) -> Result<SqliteConnection> {
    let text = path.to_str().ok_or_else(|| StoreError::Open { path: path.to_owned(), why: "its name is not UTF-8".to_owned() })?;
    SqliteConnection::establish(text).map_err(|e| StoreError::Open { path: path.to_owned(), why: e.to_string() })
}

fn reader(path: &Path) -> Result<SqliteConnection> {
    let mut connection = connect(path)?;
    connection.batch_execute("PRAGMA query_only=ON; PRAGMA busy_timeout=5000;")?;
    Ok(connection)
}
