use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, factors, members, passkeys, sessions};

/// Takes all second factors from a member who lost them, and ends the member's sessions.
pub struct ResetFactors {
    pub name: String,
}

impl Command for ResetFactors {
    type Needs = action::EditMember;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.name.clone().into()), ("change", "factors".into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let id = members::id_of(tx, &self.name)?
            .ok_or_else(|| Denied::rule("no-member", format!("there is no member called {}", self.name)))?;
        factors::remove_totp(tx, id)?;
        factors::remove_codes(tx, id)?;
        passkeys::remove_all(tx, id)?;
        let what = facts([("what", "whoever runs the server took all of them from your account")]);
        mail::notify(tx, id, Notice::FactorChanged, &what)?;
        sessions::delete_of_member(tx, &self.name)
    }
}
