use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::factors::{self, Proof, SPENT};
use crate::store::mail::{self, Notice, facts};
use crate::store::sessions::{self, NewSession};
use crate::store::{Command, Denied, Tx};

/// Ends a sign-in that waited for the code: the session that may do nothing becomes one of its own, with another token.
pub struct PassFactor {
    /// The session that waited.
    pub half: i32,
    pub member_id: i32,
    pub member: String,
    pub proof: Proof,
    pub session: NewSession,
}

impl Command for PassFactor {
    type Needs = action::GiveCode;
    /// The session's id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([
            ("member", self.member.clone().into()),
            ("agent", self.session.agent.clone().into()),
            ("factor", word(&self.proof).into()),
            ("provider", self.session.vouched.as_ref().map_or("", |vouched| vouched.issuer.as_str()).into()),
        ])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        factors::spend(tx, self.member_id, &self.proof)?;
        // It is gone where somebody suspended the member meanwhile, or the password was changed.
        if sessions::delete_own(tx, self.member_id, self.half)? == 0 {
            return Err(Denied::rule(SPENT, "this sign-in is over; begin it anew"));
        }
        if matches!(self.proof, Proof::Recovery(_)) {
            let what = facts([("what", "somebody signed in as you with a recovery code, which is used up")]);
            mail::notify(tx, self.member_id, Notice::FactorChanged, &what)?;
        }
        tx.acted_by(self.member_id, &self.member);
        let session = NewSession { factor: word(&self.proof), ..self.session };
        let id = sessions::insert(tx, self.member_id, &session)?;
        tx.detail("session", id);
        Ok(id)
    }
}

/// The stable word for what was given.
pub(super) const fn word(proof: &Proof) -> &'static str {
    match proof {
        Proof::Step(_) => "app",
        Proof::Recovery(_) => "recovery code",
        Proof::Passkey { .. } => "passkey",
    }
}
