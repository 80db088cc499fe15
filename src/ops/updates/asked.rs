//! An update that the scheduler asks for.

use serde_json::{Map, Value};

use crate::access::action::Deploy;
use crate::clock::Millis;
use crate::ops::approval::Ordered;
use crate::ops::order::Order;
use crate::store::audit::Phase;
use crate::store::{Command, Denied, Tx, approvals, updates};
use crate::updates::Window;

/// The order of a deploy, noted in the same transaction so that it is asked for once.
pub(super) struct Asked {
    pub(super) order: Order<Deploy>,
    pub(super) app_id: i32,
    pub(super) version: String,
    /// When the window opened.
    pub(super) window_at: Millis,
    /// When it opens at all.
    pub(super) window: Window,
    /// When the policy was chosen that says so.
    pub(super) chosen_at: Millis,
    /// For the history.
    pub(super) policy: String,
}

impl Command for Asked {
    type Needs = Deploy;
    type Output = Ordered;

    fn particulars(&self) -> Map<String, Value> {
        let mut told = self.order.particulars();
        told.insert("policy".to_owned(), self.policy.clone().into());
        told.insert("window_opened".to_owned(), self.window_at.into());
        told
    }

    fn phase(&self) -> Phase {
        self.order.phase()
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<Ordered, Denied> {
        let ordered = self.order.apply(tx)?;
        match ordered {
            Ordered::Begun(id) => updates::try_once(tx, self.app_id, &self.version, self.window_at, self.chosen_at, id)?,
            Ordered::Waits(id) => {
                // What is approved on the last day still comes to a window.
                let expires = approvals::waiting(tx, self.app_id, id)?.expires_at;
                if let Some(closes) = self.window.next_end(expires) {
                    approvals::expire_at(tx, id, closes)?;
                }
            }
        }
        Ok(ordered)
    }
}
