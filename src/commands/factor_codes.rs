use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::factors::{self, Sealed};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx};

/// Gives the member new recovery codes; the ones before are void.
pub struct RenewCodes {
    pub member_id: i32,
    pub codes: Vec<Sealed>,
}

impl Command for RenewCodes {
    type Needs = action::RenewCodes;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("codes", self.codes.len().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        factors::put_codes(tx, self.member_id, &self.codes)?;
        let what = facts([("what", "new recovery codes were made, and the ones before are void")]);
        mail::notify(tx, self.member_id, Notice::FactorChanged, &what).map(drop)
    }
}
