use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, factors, passkeys};

/// Takes one passkey from the member.
pub struct RemovePasskey {
    pub member_id: i32,
    pub id: i32,
    /// Whether the member's rights need a second factor, so that the last one stays.
    pub required: bool,
}

impl Command for RemovePasskey {
    type Needs = action::RemoveFactor;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("factor", "passkey".into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let gone = || Denied::rule("no-factor", "there is no such passkey any more");
        let name = passkeys::remove(tx, self.member_id, self.id)?.ok_or_else(gone)?;
        factors::one_went(tx, self.member_id, self.required)?;
        let what = format!("the passkey {name} was removed");
        mail::notify(tx, self.member_id, Notice::FactorChanged, &facts([("what", &what)]))?;
        tx.detail("name", name);
        Ok(())
    }
}
