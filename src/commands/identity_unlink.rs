use serde_json::{Map, Value};

use crate::access::action;
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, identities};

/// Removes the link to an account at an identity provider.
pub struct UnlinkIdentity {
    pub member_id: i32,
    /// The row of the link.
    pub id: i32,
}

impl Command for UnlinkIdentity {
    type Needs = action::UnlinkIdentity;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        Map::new()
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let gone = identities::unlink(tx, self.member_id, self.id)?;
        let what = format!("an account at {} can’t sign in as you any more", gone.issuer);
        mail::notify(tx, self.member_id, Notice::FactorChanged, &facts([("what", &what)]))?;
        tx.detail("provider", gone.issuer);
        tx.detail("subject", gone.subject);
        tx.detail("account", gone.name);
        Ok(())
    }
}
