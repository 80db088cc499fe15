use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, sessions};

/// Ends all sessions of a member.
pub struct SignOutMember {
    pub member_id: i32,
    pub member: String,
}

impl Command for SignOutMember {
    type Needs = action::SignOutMember;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.member.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let ended = sessions::delete_all(tx, self.member_id, None)?;
        tx.detail("sessions", ended);
        Ok(())
    }
}
