use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::approvals::{self, RequestState};
use crate::store::{Command, Denied, Tx};

/// Ends a request that came to nothing: its time is over, or it can't be done any more as it was approved.
pub struct EndRequest {
    pub app_id: i32,
    /// The request.
    pub id: i32,
    pub state: RequestState,
    /// For people.
    pub why: String,
}

impl Command for EndRequest {
    type Needs = action::EndRequest;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("approval", self.id.into()), ("end", self.state.as_str().into()), ("why", self.why.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let request = approvals::waiting(tx, self.app_id, self.id)?;
        tx.detail("what", request.what);
        tx.detail("asked_by", request.asked_by.name);
        approvals::end(tx, self.id, self.state, &self.why)
    }
}
