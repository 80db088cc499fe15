use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::approvals::{self, Verdict};
use crate::store::{Command, Denied, Tx};

/// Approves what somebody else asked for.
pub struct GiveApproval {
    pub app_id: i32,
    /// The request.
    pub id: i32,
}

impl Command for GiveApproval {
    type Needs = action::GiveApproval;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("approval", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let request = approvals::waiting(tx, self.app_id, self.id)?;
        if request.is_of(tx.actor().member()) {
            return Err(Denied::rule("own", "nobody approves what they asked for themselves; somebody else has to"));
        }
        tx.detail("what", request.what);
        tx.detail("asked_by", request.asked_by.name);
        tx.detail("plan_hash", request.plan_hash);
        approvals::vote(tx, self.id, Verdict::Approved, "")
    }
}
