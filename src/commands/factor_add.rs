use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::factors::{self, Sealed};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, sessions};

/// Gives the member an authenticator app that was confirmed by a code. It takes the place of the one before.
pub struct AddApp {
    pub member_id: i32,
    pub app: Sealed,
    /// The step of the code, which is spent.
    pub step: i64,
    /// New recovery codes; none where the member has some.
    pub codes: Vec<Sealed>,
    /// The session that stays.
    pub session: i32,
    /// Whether the member's other sessions end.
    pub end_others: bool,
}

impl Command for AddApp {
    type Needs = action::AddFactor;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("factor", "app".into()),
            ("codes", self.codes.len().into()),
            ("others", if self.end_others { "ended" } else { "stay" }.into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        factors::put_totp(tx, self.member_id, &self.app, self.step)?;
        if !self.codes.is_empty() {
            factors::put_codes(tx, self.member_id, &self.codes)?;
        }
        let what = facts([("what", "an authenticator app was added")]);
        mail::notify(tx, self.member_id, Notice::FactorChanged, &what)?;
        sessions::reviewed(tx, self.session)?;
        if self.end_others { sessions::delete_all(tx, self.member_id, Some(self.session)).map(|_| ()) } else { Ok(()) }
    }
}
