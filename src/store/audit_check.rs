use std::sync::{Arc, Mutex, PoisonError};

use super::chain::Checked;
use crate::clock::Millis;

/// What the last check of the audit log found, and when.
#[derive(Clone, Default)]
pub struct AuditCheck(Arc<Mutex<Option<(Checked, Millis)>>>);

impl AuditCheck {
    /// What was found last.
    pub fn last(&self) -> Option<(Checked, Millis)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what was found.
    pub fn keep(&self, found: Checked, at: Millis) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((found, at));
    }
}
