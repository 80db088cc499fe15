use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::links::{self, NewLink};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, accounts, standing};

/// Makes a link by which a member chooses a new password. Whoever makes it never sees or sets the password.
pub struct MakePasswordLink {
    pub member_id: i32,
    pub member: String,
    pub token_hash: Vec<u8>,
    /// What the token is made of.
    pub seed: Vec<u8>,
}

impl Command for MakePasswordLink {
    type Needs = action::MakePasswordLink;
    /// Whether a letter with the link is on its way.
    type Output = bool;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.member.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<bool, Denied> {
        if accounts::is_suspended(tx, self.member_id)? {
            return Err(Denied::rule("suspended", format!("{} is suspended; let them in again first", self.member)));
        }
        // Whoever has the link can become that member, so it is no way to rights that one lacks.
        let may = match tx.actor().member() {
            Some(id) => standing::has_all_of(tx, id, self.member_id)?,
            None => false,
        };
        if !may {
            let who = &self.member;
            let text = format!(
                "{who} may do something that you may not, or for longer; somebody who may do as much has to make this link"
            );
            return Err(Denied::rule("rights", text));
        }
        links::insert(tx, &NewLink::for_password(self.member_id, self.token_hash))?;
        let by = tx.actor().name().to_owned();
        let sent = mail::notify_with(tx, self.member_id, Notice::PasswordLink, &facts([("by", &by)]), Some(&self.seed))?;
        tx.detail("sent", sent);
        Ok(sent)
    }
}
