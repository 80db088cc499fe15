use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, sessions};

/// Ends a session.
pub struct EndSession {
    pub id: i32,
}

impl Command for EndSession {
    type Needs = action::SignOut;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("session", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        sessions::delete(tx, self.id)
    }
}
