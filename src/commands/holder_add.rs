use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::recovery::{NewHolder, add, tell};
use crate::store::{Command, Denied, Tx};

/// Characters of a holder's name.
const LONGEST: usize = 60;

/// Somebody holds a recovery key from now on.
pub struct AddHolder {
    pub holder: NewHolder,
}

impl Command for AddHolder {
    type Needs = action::EditHolders;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let NewHolder { name, recipient, fingerprint, .. } = &self.holder;
        particulars([
            ("change", "added".into()),
            ("holder", name.clone().into()),
            ("recipient", recipient.clone().into()),
            ("fingerprint", fingerprint.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let name = &self.holder.name;
        if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
            return Err(Denied::rule("name", format!("write who holds the key, in {LONGEST} characters at most")));
        }
        add(tx, &self.holder)?;
        tell(tx, name, "added")
    }
}
