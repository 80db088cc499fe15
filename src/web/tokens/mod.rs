//! API tokens: one's own, making one, ending one, and those of everybody for who may see them.

mod end;
mod form;
mod index;
mod make;
mod others;
#[cfg(any(test, feature = "testing"))]
mod samples;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

pub use end::{end, end_of_other};
pub use form::{ScopeGroup, ScopeTick, TokenForm};
pub use index::{TokenRow, TokenState, TokensView, index};
pub use make::{MadeView, NewTokenView, begin, make};
pub use others::{AllTokensView, others};

use crate::clock::Millis;

/// A token's use is written down at most this often.
const EVERY_MS: Millis = 60 * 1000;

/// When the use of each token was written down last.
#[derive(Default)]
pub struct Used(Mutex<HashMap<i32, Millis>>);

impl Used {
    /// Whether it is time to write it down again; the answer counts as done.
    pub fn again(&self, token: i32, now: Millis) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = used.get(&token).is_none_or(|at| now - at >= EVERY_MS);
        if due {
            used.insert(token, now);
        }
        due
    }
}
