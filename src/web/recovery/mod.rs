//! Who holds the keys that open what is kept of the co-op's secrets, and who has shown that they can use theirs.

mod change;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod show;

pub use change::{MadeKeyView, add, prove, remove};
pub use show::{FormerRow, HolderRow, RecoveryView, show};

use crate::access::action::ViewRecovery;
use crate::access::{Action, Actor, policy};

/// The page of recovery keys.
pub(in crate::web) const PAGE: &str = "/backups/recovery";

/// Whether somebody may see the page.
pub(in crate::web) fn may_look(actor: &Actor) -> bool {
    policy::allows(actor.standing(), ViewRecovery::NAME)
}
