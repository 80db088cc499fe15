use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, accounts};

/// Lets a suspended member in again, with the password and the rights of before.
pub struct UnsuspendMember {
    pub member_id: i32,
    pub member: String,
}

impl Command for UnsuspendMember {
    type Needs = action::UnsuspendMember;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.member.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if accounts::unsuspend(tx, self.member_id)? {
            return Ok(());
        }
        Err(Denied::rule("not-suspended", format!("{} is not suspended", self.member)))
    }
}
