use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::links::{self, NewLink};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, accounts, members};

/// Somebody forgot their password. Where the name is a member's who has an address, a link goes there; whoever asks does not learn that.
pub struct AskPassword {
    /// As it was typed.
    pub name: String,
    /// The name as the log may carry it.
    pub shown: String,
    pub token_hash: Vec<u8>,
    /// What the token is made of.
    pub seed: Vec<u8>,
}

impl Command for AskPassword {
    type Needs = action::AskPassword;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("name", self.shown.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let sent = match members::id_of(tx, &self.name)? {
            Some(id) if !accounts::is_suspended(tx, id)? => {
                let about = facts([("by", "")]);
                let sent = mail::notify_with(tx, id, Notice::PasswordLink, &about, Some(&self.seed))?;
                if sent {
                    links::insert(tx, &NewLink::for_password(id, self.token_hash))?;
                }
                sent
            }
            Some(_) | None => false,
        };
        tx.detail("sent", sent);
        Ok(())
    }
}
