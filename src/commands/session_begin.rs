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
        let begun = begin(tx, (self.member_id, &self.member), &self.session, self.instead_of, self.new_device)?;
        if let Some((before, after)) = &self.renewed
            && members::renew_hash(tx, self.member_id, before, after)?
        {
            tx.detail("password_hashed_anew", true);
        }
        Ok(begun)
    }
}

/// Begins the session of a member who showed who they are, and returns its id. A suspended one is refused.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    (member_id, member): (i32, &str),
    session: &NewSession,
    instead_of: Option<i32>,
    new_device: bool,
) -> Result<i32, Denied> {
    if let Some(old) = instead_of {
        sessions::delete(tx, old)?;
    }
    if accounts::is_suspended(tx, member_id)? {
        return Err(Denied::rule(KEPT_OUT, "this member is suspended"));
    }
    if new_device {
        let about = facts([("ip", &session.ip), ("agent", &session.agent)]);
        mail::notify(tx, member_id, Notice::NewDevice, &about)?;
        tx.detail("new_device", true);
    }
    accounts::seen(tx, member_id)?;
    tx.acted_by(member_id, member);
    let id = sessions::insert(tx, member_id, session)?;
    tx.detail("session", id);
    let ended = sessions::keep_newest(tx, member_id, MOST)?;
    if ended > 0 {
        tx.detail("oldest_ended", ended);
    }
    Ok(id)
}
