use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::links::{self, Purpose};
use crate::store::{Command, Denied, Tx};

/// Takes an open invitation back.
pub struct RevokeInvitation {
    pub id: i32,
}

impl Command for RevokeInvitation {
    type Needs = action::RevokeInvitation;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("invitation", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let Some(link) = links::revoke(tx, Purpose::Invitation, self.id)? else {
            return Err(Denied::rule("no-invitation", "this invitation is not open any more: it was used, or taken back"));
        };
        tx.detail("person", link.hint);
        tx.detail("role", link.role);
        Ok(())
    }
}
