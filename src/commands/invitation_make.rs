use serde_json::{Map, Value};

use super::particulars;
use crate::access::{Permission, Role, action};
use crate::store::links::{self, NewLink, Purpose};
use crate::store::{Command, Denied, Tx, standing};

/// Invitations that may be open at once.
const MOST: usize = 100;

/// Invites somebody. The link itself is known to whoever asked for it, and to nobody else.
pub struct MakeInvitation {
    pub token_hash: Vec<u8>,
    /// Who is invited, for the list of open invitations.
    pub hint: String,
    pub role: Role,
}

impl Command for MakeInvitation {
    type Needs = action::Invite;
    /// The invitation's id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("person", self.hint.clone().into()), ("role", self.role.as_str().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let by = tx.actor().member();
        may_invite(tx, by, self.role)?;
        if links::count(tx, Purpose::Invitation)? >= MOST {
            return Err(Denied::rule("many", format!("{MOST} invitations are open; take some back first")));
        }
        let new = NewLink {
            purpose: Purpose::Invitation,
            token_hash: self.token_hash,
            member_id: None,
            hint: self.hint,
            role: self.role.as_str().to_owned(),
            mail: String::new(),
        };
        let id = links::insert(tx, &new)?;
        tx.detail("invitation", id);
        Ok(id)
    }
}

/// Nobody invites into a role that may do more than they may; asked when an invitation is made, and again when it is taken.
pub(super) fn may_invite(tx: &mut Tx<'_>, inviter: Option<i32>, role: Role) -> Result<(), Denied> {
    let has = match inviter {
        Some(id) => standing::permissions_of(tx, id)?,
        None => return Err(Denied::rule("inviter", "nobody answers for this invitation any more")),
    };
    if !has.has(Permission::EditPeople) {
        return Err(Denied::rule("inviter", "whoever made this invitation may not invite any more; ask for another one"));
    }
    if !role.permissions().without(has).is_empty() {
        let text = format!("{role} may do more than whoever invites; somebody who may do as much has to");
        return Err(Denied::rule("role", text));
    }
    Ok(())
}
