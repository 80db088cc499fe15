use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, members, sessions};

/// Gives a member another password and ends all of the member's sessions.
pub struct SetPassword {
    pub name: String,
    pub password_hash: String,
}

impl Command for SetPassword {
    type Needs = action::EditMember;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.name.clone().into()), ("change", "password".into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if !members::set_password(tx, &self.name, &self.password_hash)? {
            return Err(Denied::rule("no-member", format!("there is no member called {}", self.name)));
        }
        sessions::delete_of_member(tx, &self.name)
    }
}
