use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::approvals::{self, RequestState};
use crate::store::{Command, Denied, Tx};

/// Takes back what oneself asked for.
pub struct WithdrawRequest {
    pub app_id: i32,
    /// The request.
    pub id: i32,
}

impl Command for WithdrawRequest {
    type Needs = action::WithdrawRequest;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("approval", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let request = approvals::waiting(tx, self.app_id, self.id)?;
        if !request.is_of(tx.actor().member()) {
            let text = format!("{} asked for this, and nobody else can take it back", request.asked_by.name);
            return Err(Denied::rule("not-own", text));
        }
        tx.detail("what", request.what);
        let why = format!("{} took it back", tx.actor().name());
        approvals::end(tx, self.id, RequestState::Withdrawn, &why)
    }
}
