use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::mail::{self, Notice, facts};
use crate::store::sessions::{self, NewSession, Stage};
use crate::store::{Command, Denied, Tx, accounts, members};

/// The word of the refusal of a suspended member. A page does not tell it from a wrong password.
pub const KEPT_OUT: &str = "kept-out";

/// Sessions that a member may have at once; a further one ends the oldest.
pub const MOST: usize = 10;

/// Begins a session for a member whose password was right.
pub struct BeginSession {
    pub member_id: i32,
    pub member: String,
    pub session: NewSession,
    /// The session that the browser had before, which ends with this.
    pub instead_of: Option<i32>,
    /// Nobody signed in as this member with this browser before.
    pub new_device: bool,
    /// The stored hash of the password and a better one, where there is one.
    pub renewed: Option<(String, String)>,
}

impl Command for BeginSession {
    type Needs = action::SignIn;
    /// The session's id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let waits = if self.session.stage == Stage::Code { "code" } else { "" };
        particulars([
            ("member", self.member.clone().into()),
            ("agent", self.session.agent.clone().into()),
            ("waits_for", waits.into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        if let Some(old) = self.instead_of {
            sessions::delete(tx, old)?;
        }
        if accounts::is_suspended(tx, self.member_id)? {
            return Err(Denied::rule(KEPT_OUT, "this member is suspended"));
        }
        if self.new_device {
            let about = facts([("ip", &self.session.ip), ("agent", &self.session.agent)]);
            mail::notify(tx, self.member_id, Notice::NewDevice, &about)?;
            tx.detail("new_device", true);
        }
        if let Some((before, after)) = &self.renewed
            && members::renew_hash(tx, self.member_id, before, after)?
        {
            tx.detail("password_hashed_anew", true);
        }
        accounts::seen(tx, self.member_id)?;
        tx.acted_by(self.member_id, &self.member);
        let id = sessions::insert(tx, self.member_id, &self.session)?;
        tx.detail("session", id);
        let ended = sessions::keep_newest(tx, self.member_id, MOST)?;
        if ended > 0 {
            tx.detail("oldest_ended", ended);
        }
        Ok(id)
    }
}
