use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::identities::{self, Account};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx};

/// Links an account at the identity provider, which answered for it in this session, with one's own.
pub struct LinkIdentity {
    pub member_id: i32,
    pub account: Account,
}

impl Command for LinkIdentity {
    type Needs = action::LinkIdentity;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let Account { issuer, subject, name } = self.account.clone();
        particulars([("provider", issuer.into()), ("subject", subject.into()), ("account", name.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        identities::link(tx, self.member_id, &self.account)?;
        let what = format!("an account at {} can sign in as you", self.account.issuer);
        mail::notify(tx, self.member_id, Notice::FactorChanged, &facts([("what", &what)]))?;
        Ok(())
    }
}
