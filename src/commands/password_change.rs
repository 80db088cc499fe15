use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, members, sessions};

/// Exchanges one's own password, whose current one was right. The other sessions end.
pub struct ChangePassword {
    pub member_id: i32,
    pub member: String,
    pub password_hash: String,
    /// The session in which it is done.
    pub session: i32,
}

impl Command for ChangePassword {
    type Needs = action::ChangePassword;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("member", self.member.clone().into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        members::set_password(tx, &self.member, &self.password_hash)?;
        let ended = sessions::delete_all(tx, self.member_id, Some(self.session))?;
        tx.detail("sessions", ended);
        mail::notify(tx, self.member_id, Notice::PasswordChanged, &facts([]))?;
        Ok(())
    }
}
