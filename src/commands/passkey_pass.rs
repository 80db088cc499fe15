use serde_json::{Map, Value};

use super::particulars;
use super::session_begin::begin;
use crate::access::action;
use crate::store::factors::{self, Proof};
use crate::store::sessions::{NewSession, PASSKEY_ALONE};
use crate::store::{Command, Denied, Tx};

/// Begins a session for a member whose passkey was right. The device has looked who uses it, so no code is asked for.
pub struct PassPasskey {
    pub member_id: i32,
    pub member: String,
    pub passkey_name: String,
    pub proof: Proof,
    pub session: NewSession,
    /// The session that the browser had before, which ends with this.
    pub instead_of: Option<i32>,
    /// Nobody signed in as this member with this browser before.
    pub new_device: bool,
}

impl Command for PassPasskey {
    type Needs = action::SignIn;
    /// The session's id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("member", self.member.clone().into()),
            ("agent", self.session.agent.clone().into()),
            ("factor", "passkey".into()),
            ("passkey", self.passkey_name.clone().into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        factors::spend(tx, self.member_id, &self.proof)?;
        let session = NewSession { factor: PASSKEY_ALONE, ..self.session };
        begin(tx, (self.member_id, &self.member), &session, self.instead_of, self.new_device)
    }
}
