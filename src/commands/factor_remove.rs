use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, factors};

/// Takes the member's authenticator app away, and with the last factor the recovery codes, which stand in for it.
pub struct RemoveApp {
    pub member_id: i32,
    /// Whether the member's rights need a second factor, so that the last one stays.
    pub required: bool,
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
        factors::one_went(tx, self.member_id, self.required)?;
        let what = facts([("what", "the authenticator app was removed")]);
        mail::notify(tx, self.member_id, Notice::FactorChanged, &what).map(drop)
    }
}
