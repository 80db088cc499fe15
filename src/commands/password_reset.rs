use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::links::{self, GONE, Purpose};
use crate::store::mail::{self, Notice, facts};
use crate::store::members::{self, Member};
use crate::store::{Command, Denied, Tx, accounts, sessions, standing};

/// Gives a new password to the member who holds the link. All of the member's sessions end; second factors stay.
pub struct ResetPassword {
    pub token_hash: Vec<u8>,
    /// Whose link it is.
    pub member: Member,
    pub password_hash: String,
}

impl Command for ResetPassword {
    type Needs = action::ResetPassword;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.member.name.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let link = links::take(tx, Purpose::Password, &self.token_hash)?;
        if link.member_id != Some(self.member.id) || accounts::is_suspended(tx, self.member.id)? {
            return Err(Denied::rule(GONE, "this link does not work any more"));
        }
        // Whoever made the link may know it, so it gives nothing that they lack by now.
        if let Some(by) = link.made_by
            && !standing::has_all_of(tx, by, self.member.id)?
        {
            let text = "whoever made this link may do less than you by now, so it does not work any more; ask for another one";
            return Err(Denied::rule("rights", text));
        }
        members::set_password(tx, &self.member.name, &self.password_hash)?;
        let ended = sessions::delete_all(tx, self.member.id, None)?;
        tx.detail("sessions", ended);
        mail::notify(tx, self.member.id, Notice::PasswordChanged, &facts([]))?;
        tx.acted_by(self.member.id, &self.member.name);
        Ok(())
    }
}
