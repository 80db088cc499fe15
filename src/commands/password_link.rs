use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::links::{self, NewLink, Purpose};
use crate::store::{Command, Denied, Tx, accounts, standing};

/// Makes a link by which a member chooses a new password. Whoever makes it never sees or sets the password.
pub struct MakePasswordLink {
    pub member_id: i32,
    pub member: String,
    pub token_hash: Vec<u8>,
}

impl Command for MakePasswordLink {
    type Needs = action::MakePasswordLink;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.member.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if accounts::is_suspended(tx, self.member_id)? {
            return Err(Denied::rule("suspended", format!("{} is suspended; let them in again first", self.member)));
        }
        // Whoever has the link can become that member, so it is no way to rights that one lacks.
        let own = match tx.actor().member() {
            Some(id) => standing::permissions_of(tx, id)?,
            None => crate::access::Permissions::NONE,
        };
        if !standing::permissions_of(tx, self.member_id)?.without(own).is_empty() {
            let text = format!("{} may do more than you; somebody who may do as much has to make this link", self.member);
            return Err(Denied::rule("rights", text));
        }
        links::insert(tx, &for_member(self.member_id, self.token_hash))?;
        Ok(())
    }
}

/// A link to a new password.
const fn for_member(member_id: i32, token_hash: Vec<u8>) -> NewLink {
    NewLink {
        purpose: Purpose::Password,
        token_hash,
        member_id: Some(member_id),
        hint: String::new(),
        role: String::new(),
        mail: String::new(),
    }
}
