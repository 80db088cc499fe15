use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, accounts, sessions};

/// Keeps a member out: the sessions end at once, and signing in answers as to a wrong password.
pub struct SuspendMember {
    pub member_id: i32,
    pub member: String,
}

impl Command for SuspendMember {
    type Needs = action::SuspendMember;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.member.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if tx.actor().member() == Some(self.member_id) {
            return Err(Denied::rule("oneself", "you can’t suspend yourself; another admin can"));
        }
        if accounts::is_suspended(tx, self.member_id)? {
            return Err(Denied::rule("suspended", format!("{} is suspended already", self.member)));
        }
        accounts::suspend(tx, self.member_id)?;
        let ended = sessions::delete_all(tx, self.member_id, None)?;
        tx.detail("sessions", ended);
        Ok(())
    }
}
