use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::approvals::{self, Verdict};
use crate::store::{Command, Denied, Tx};

/// Has what waits for approval done without it, in an emergency. It is done in the name of who asked for it.
pub struct OverrideApproval {
    pub app_id: i32,
    /// The request.
    pub id: i32,
    pub reason: String,
}

impl Command for OverrideApproval {
    type Needs = action::OverrideApproval;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("approval", self.id.into()), ("reason", self.reason.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let request = approvals::waiting(tx, self.app_id, self.id)?;
        tx.detail("needed", request.demand.told());
        tx.detail("what", request.what);
        tx.detail("asked_by", request.asked_by.name);
        tx.detail("plan_hash", request.plan_hash);
        approvals::vote(tx, self.id, Verdict::Overridden, &self.reason)
    }
}
