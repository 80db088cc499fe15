use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, sessions};

/// The member came in by a recovery code, looked through the factors and found them right.
pub struct ReviewFactors {
    pub session: i32,
}

impl Command for ReviewFactors {
    type Needs = action::ReviewFactors;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("session", self.session.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        sessions::reviewed(tx, self.session)
    }
}
