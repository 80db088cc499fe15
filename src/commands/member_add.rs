use serde_json::{Map, Value};

use super::particulars;
use crate::access::{Role, action};
use crate::store::{Command, Denied, Tx, members};

/// Adds a member, with a role over everything.
pub struct AddMember {
    pub name: String,
    pub password_hash: String,
    pub role: Role,
}

impl Command for AddMember {
    type Needs = action::EditMember;
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.name.clone().into()), ("role", self.role.as_str().into()), ("change", "added".into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let by = tx.actor().name().to_owned();
        members::insert(tx, &self.name, &self.password_hash, self.role, &by)
    }
}
