use serde_json::{Map, Value};

use super::particulars;
use crate::access::{Role, action};
use crate::store::sessions::{self, NewSession};
use crate::store::{Command, Denied, Tx};

/// Begins a session for a member whose password was right.
pub struct BeginSession {
    pub member_id: i32,
    pub member: String,
    pub role: Role,
    pub session: NewSession,
    /// The session that the browser had before, which ends with this.
    pub instead_of: Option<i32>,
}

impl Command for BeginSession {
    type Needs = action::SignIn;
    /// The session's id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.member.clone().into()), ("agent", self.session.agent.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        if let Some(old) = self.instead_of {
            sessions::delete(tx, old)?;
        }
        tx.acted_by(self.member_id, &self.member, self.role);
        let id = sessions::insert(tx, self.member_id, &self.session)?;
        tx.detail("session", id);
        Ok(id)
    }
}
