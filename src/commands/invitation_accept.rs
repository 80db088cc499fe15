use std::str::FromStr as _;

use serde_json::{Map, Value};

use super::invitation_make::may_invite;
use super::particulars;
use crate::access::{Role, action};
use crate::store::links::{self, Purpose};
use crate::store::{Command, Denied, Tx, members};

/// Makes a member of whoever holds the link of an invitation. Of two who hold it, the second comes too late.
pub struct AcceptInvitation {
    pub token_hash: Vec<u8>,
    pub name: String,
    pub password_hash: String,
}

impl Command for AcceptInvitation {
    type Needs = action::AcceptInvitation;
    /// The new member's id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.name.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let link = links::take(tx, Purpose::Invitation, &self.token_hash)?;
        let role = Role::from_str(&link.role).map_err(|e| Denied::rule("role", e.to_string()))?;
        may_invite(tx, link.made_by, role)?;
        let by = match link.made_by {
            Some(inviter) => members::name_of(tx, inviter)?.unwrap_or_default(),
            None => String::new(),
        };
        let id = members::insert(tx, &self.name, &self.password_hash, role, &by)?;
        tx.detail("role", role.as_str());
        tx.detail("invitation", link.id);
        tx.detail("invited_by", link.made_by);
        tx.acted_by(id, &self.name);
        Ok(id)
    }
}
