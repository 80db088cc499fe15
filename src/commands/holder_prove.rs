use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, recovery};

/// Notes that a holder can use their recovery key: they said what only it can read.
pub struct ProveHolder {
    pub id: i32,
    /// Of the word that was said.
    pub said: Vec<u8>,
    /// Text and digest of the next challenge.
    pub next: (String, Vec<u8>),
}

impl Command for ProveHolder {
    type Needs = action::ProveHolder;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let holder = recovery::prove(tx, self.id, &self.said, (&self.next.0, &self.next.1))?;
        tx.detail("holder", holder.name);
        tx.detail("fingerprint", holder.fingerprint);
        Ok(())
    }
}
