use serde_json::{Map, Value};

use super::particulars;
use crate::access::{Role, action};
use crate::store::{Command, Denied, Tx, members};

/// Makes the first admin. Refused as soon as there is one.
pub struct SetUp {
    pub name: String,
    pub password_hash: String,
}

impl Command for SetUp {
    type Needs = action::SetUp;
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.name.clone().into()), ("role", Role::Admin.as_str().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        if !members::admins(tx)?.is_empty() {
            return Err(Denied::rule("set-up-done", "this dashboard has an admin already; sign in instead"));
        }
        let id = members::insert(tx, &self.name, &self.password_hash, Role::Admin, "the set-up")?;
        tx.acted_by(id, &self.name);
        Ok(id)
    }
}
