use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::links::{self, NewLink};
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, accounts, members};

/// The word of the refusal where no letter goes out. Whoever asks does not learn that.
pub const NO_LETTER: &str = "no-letter";

/// Somebody forgot their password. Where the name is a member's who has an address, a link goes there; else nothing happens.
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
        let nobody = || Denied::rule(NO_LETTER, "no letter goes out for this name");
        let id = members::id_of(tx, &self.name)?.ok_or_else(nobody)?;
        let about = facts([("by", "")]);
        if accounts::is_suspended(tx, id)? || !mail::notify_with(tx, id, Notice::PasswordLink, &about, Some(&self.seed))? {
            return Err(nobody());
        }
        links::insert(tx, &NewLink::for_password(id, self.token_hash))?;
        tx.detail("sent", true);
        Ok(())
    }
}
