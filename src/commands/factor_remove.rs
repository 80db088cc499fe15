use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, factors};

/// Takes the member's authenticator app away, and the recovery codes, which stand for it.
pub struct RemoveApp {
    pub member_id: i32,
}

impl Command for RemoveApp {
    type Needs = action::RemoveFactor;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("factor", "app".into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if !factors::remove_totp(tx, self.member_id)? {
            return Err(Denied::rule("no-factor", "there is no authenticator app any more"));
        }
        factors::remove_codes(tx, self.member_id)
    }
}
