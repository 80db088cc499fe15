use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::factors::{self, Sealed};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, passkeys, sessions};

/// Gives the member a passkey.
pub struct AddPasskey {
    pub member_id: i32,
    /// As the member called it.
    pub name: String,
    pub credential: Vec<u8>,
    /// The whole credential, as its library writes it.
    pub text: String,
    /// New recovery codes; none where the member has some.
    pub codes: Vec<Sealed>,
    pub session: i32,
}

impl Command for AddPasskey {
    type Needs = action::AddFactor;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("factor", "passkey".into()), ("name", self.name.clone().into()), ("codes", self.codes.len().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        passkeys::insert(tx, self.member_id, &self.name, &self.credential, &self.text)?;
        if !self.codes.is_empty() {
            factors::put_codes(tx, self.member_id, &self.codes)?;
        }
        let what = format!("the passkey {} was added", self.name);
        mail::notify(tx, self.member_id, Notice::FactorChanged, &facts([("what", &what)]))?;
        sessions::reviewed(tx, self.session)
    }
}
