//! Whether changes are taken. Without an entry nothing is done, so where none can be written the dashboard only reads, and says so.
//! Some room is kept for what has to end: operations, sessions, and putting old entries into a file.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Result, Store, StoreError};
use crate::access::ActionName;

/// What SQLite says when nothing can be written any more, whatever the statement.
const REFUSALS: [&str; 5] = [
    "database or disk is full",
    "attempt to write a readonly database",
    "disk I/O error",
    "unable to open database file",
    "the audit log can't be written",
];

/// Room on the disk of the database, and what the last write met.
pub(super) struct Room {
    folder: PathBuf,
    /// Bytes that have to stay free.
    keep: AtomicU64,
    /// Why the last write failed, if it was for want of room.
    refused: Mutex<Option<String>>,
}

impl Room {
    pub(super) fn beside(database: &std::path::Path) -> Self {
        let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| std::path::Path::new("."));
        Self { folder: folder.to_owned(), keep: AtomicU64::new(0), refused: Mutex::default() }
    }

    /// Refuses what shall not use up the last room.
    pub(super) fn check(&self, action: ActionName) -> Result<()> {
        if may_use_the_rest(action) {
            return Ok(());
        }
        self.too_little().map_or(Ok(()), |why| Err(StoreError::ReadOnly(why)))
    }

    /// Remembers how a write ended.
    pub(super) fn learn(&self, failed: Option<&StoreError>) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match failed {
            None => *refused = None,
            Some(error) if error.is_for_want_of_room() => *refused = Some(error.to_string()),
            Some(_) => {}
        }
    }

    /// The same for a write that no entry goes with.
    pub(super) fn heard<T>(&self, done: diesel::QueryResult<T>) -> Result<T> {
        let done = done.map_err(StoreError::from);
        self.learn(done.as_ref().err());
        done
    }

    fn refused(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn too_little(&self) -> Option<String> {
        let keep = self.keep.load(Ordering::Relaxed);
        // Where it can't be told how much is free, the write itself tells.
        let told = rustix::fs::statvfs(&self.folder).ok().filter(|_| keep > 0)?;
        let free = told.f_bavail.saturating_mul(told.f_frsize);
        let mib = |bytes: u64| bytes / (1024 * 1024);
        (free < keep).then(|| format!("only {} MiB are free where its data lie, and {} have to stay free", mib(free), mib(keep)))
    }
}

/// What ends something, or makes room.
const fn may_use_the_rest(action: ActionName) -> bool {
    use ActionName as A;
    matches!(action, A::Conclude | A::SignIn | A::SignOut | A::ExportAudit | A::SealAudit | A::StopCommand)
}

impl StoreError {
    /// Whether nothing can be written for now, and a later try may work.
    pub fn is_for_want_of_room(&self) -> bool {
        match self {
            Self::ReadOnly(_) => true,
            Self::Database(error) => {
                let said = error.to_string();
                REFUSALS.iter().any(|refusal| said.contains(refusal))
            }
            Self::Open { .. } | Self::Migrate(_) | Self::WriterGone | Self::Unreadable(_) => false,
        }
    }
}

impl Store {
    /// Takes no change that begins something while less than this is free, in bytes.
    pub fn keep_free(&self, bytes: u64) {
        self.inner.room.keep.store(bytes, Ordering::Relaxed);
    }

    /// Why no change is taken at present, if that is so.
    pub fn read_only(&self) -> Option<String> {
        self.inner.room.too_little().or_else(|| self.inner.room.refused())
    }

    /// Whether a write failed for want of room and none has worked since.
    pub fn waits_for_room(&self) -> bool {
        self.inner.room.refused().is_some()
    }
}

#[cfg(test)]
mod tests {
    use diesel::result::{DatabaseErrorKind, Error};

    use super::*;

    #[test]
    fn a_full_disk_is_remembered_until_a_write_works() {
        let room = Room::beside(std::path::Path::new("/tmp/canteen.db"));
        let failed = |text: &str| Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text.to_owned())).into();
        room.learn(Some(&failed("UNIQUE constraint failed: apps.name")));
        assert_eq!(room.refused(), None);
        room.learn(Some(&failed("database or disk is full")));
        assert!(room.refused().unwrap().contains("disk is full"));
        room.learn(None);
        assert_eq!(room.refused(), None);
    }

    #[test]
    fn the_last_room_is_for_what_ends_something() {
        let room = Room::beside(std::path::Path::new("/tmp/canteen.db"));
        room.keep.store(u64::MAX, Ordering::Relaxed);
        assert!(matches!(room.check(ActionName::Deploy), Err(StoreError::ReadOnly(why)) if why.contains("have to stay free")));
        assert!(room.check(ActionName::Conclude).is_ok());
        room.keep.store(0, Ordering::Relaxed);
        assert!(room.check(ActionName::Deploy).is_ok());
    }
}
