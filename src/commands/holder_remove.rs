use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, recovery};

/// Nothing new is encrypted to this holder.
pub struct RemoveHolder {
    pub id: i32,
}

impl Command for RemoveHolder {
    type Needs = action::EditHolders;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("change", "removed".into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let holder = recovery::remove(tx, self.id)?;
        tx.detail("holder", holder.name.clone());
        tx.detail("fingerprint", holder.fingerprint);
        recovery::tell(tx, &holder.name, "removed")
    }
}
