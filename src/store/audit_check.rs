//! Checking the log while the dashboard runs: all of it now and then, and what is new all the time.

use std::sync::{Arc, Mutex, PoisonError};

use super::chain::{Anchor, Checked, Checker};
use super::{Result, Store, ledger};
use crate::clock::Millis;

/// What the last check of the audit log found, and when.
#[derive(Clone, Default)]
pub struct AuditCheck(Arc<Mutex<Option<(Checked, Millis)>>>);

impl AuditCheck {
    /// What was found last.
    pub fn last(&self) -> Option<(Checked, Millis)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The entry that is not what was written, if there is one.
    pub fn broken(&self) -> Option<i64> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((Checked::Broken { seq, .. }, _)) => Some(seq),
            Some((Checked::Whole { .. }, _)) | None => None,
        }
    }

    /// Keeps what was found.
    pub fn keep(&self, found: Checked, at: Millis) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((found, at));
    }
}

impl Store {
    /// Checks the whole log.
    pub async fn check_audit(&self) -> Result<Checked> {
        self.check_audit_against(vec![]).await
    }

    /// Checks the whole log, and against checkpoints. Other reads go on in between.
    pub async fn check_audit_against(&self, marks: Vec<(i64, String)>) -> Result<Checked> {
        let anchor = self.audit_anchor().await?;
        self.check_rows(i64::MIN, Checker::behind(anchor, marks)).await
    }

    /// Checks what came after a check that found the log whole up to `seq`. That the entry itself is still there is looked at too.
    pub async fn check_audit_after(&self, seq: i64, head: String) -> Result<Checked> {
        let sealed = self.audit_anchor().await?.seq;
        if seq > sealed && seq > 0 && self.links(seq - 1).await?.first().is_none_or(|link| (link.seq, &link.hash) != (seq, &head)) {
            return Ok(Checked::Broken { seq, why: "it was checked before, and is not what it was".to_owned() });
        }
        let checker = Checker::behind(Anchor { seq, hash: head }, vec![]).of_a_piece();
        self.check_rows(seq, checker).await
    }

    async fn check_rows(&self, mut after: i64, mut checker: Checker) -> Result<Checked> {
        loop {
            let taken = self.read(move |connection| {
                let links = ledger::links(connection, after)?;
                for link in &links {
                    if let Err(found) = checker.take(link) {
                        return Ok(Err(found));
                    }
                }
                Ok(Ok((checker, links.last().map(|last| last.seq))))
            });
            match taken.await? {
                Err(found) => return Ok(found),
                Ok((so_far, None)) => return Ok(so_far.finish()),
                Ok((so_far, Some(last))) => (checker, after) = (so_far, last),
            }
        }
    }
}
