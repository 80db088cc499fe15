use serde_json::{Map, Value};

use super::particulars;
use crate::access::{Permission, Role, action};
use crate::store::links::{self, NewLink, Purpose};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, standing};

/// Invitations that may be open at once.
const MOST: usize = 100;

/// Invites somebody. The link itself is known to whoever asked for it, and to nobody else.
pub struct MakeInvitation {
    pub token_hash: Vec<u8>,
    /// Who is invited, for the list of open invitations.
    pub hint: String,
    pub role: Role,
    /// Where the link goes, if there is mail; empty for nowhere.
    pub mail: String,
    /// What the token is made of.
    pub seed: Vec<u8>,
}

impl Command for MakeInvitation {
    type Needs = action::Invite;
    /// Whether a letter with the link is on its way.
    type Output = bool;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("person", self.hint.clone().into()), ("role", self.role.as_str().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<bool, Denied> {
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
            mail: self.mail,
        };
        let id = links::insert(tx, &new)?;
        tx.detail("invitation", id);
        if new.mail.is_empty() {
            return Ok(false);
        }
        let by = tx.actor().name().to_owned();
        let about = facts([("by", &by), ("role", &new.role)]);
        let sent = mail::post(tx, &new.mail, Notice::Invitation, &about, Some(&self.seed))?;
        tx.detail("mail", new.mail);
        tx.detail("sent", sent);
        Ok(sent)
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
    let lasting = match inviter {
        Some(id) => standing::lasting_permissions_of(tx, id)?,
        None => has,
    };
    // What a role gives does not end, so it is no way to keep rights that do.
    if !role.permissions().without(lasting).is_empty() {
        let text = format!("{role} may do more than whoever invites; somebody who may do as much has to");
        return Err(Denied::rule("role", text));
    }
    Ok(())
}
