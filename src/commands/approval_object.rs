use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::approvals::{self, RequestState, Verdict};
use crate::store::{Command, Denied, Tx};

/// Objects to what somebody asked for, which ends it.
pub struct ObjectToRequest {
    pub app_id: i32,
    /// The request.
    pub id: i32,
    pub reason: String,
}

impl Command for ObjectToRequest {
    type Needs = action::ObjectToRequest;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("approval", self.id.into()), ("reason", self.reason.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let request = approvals::waiting(tx, self.app_id, self.id)?;
        tx.detail("what", request.what);
        tx.detail("asked_by", request.asked_by.name);
        approvals::vote(tx, self.id, Verdict::Objected, &self.reason)?;
        let why = format!("{} objected: {}", tx.actor().name(), self.reason);
        approvals::end(tx, self.id, RequestState::Objected, &why)
    }
}
