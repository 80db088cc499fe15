use serde_json::{Map, Value};

use super::factor_pass::word;
use super::particulars;
use crate::access::action;
use crate::store::factors::{self, Proof};
use crate::store::mail::{self, Notice, facts};
use crate::store::sessions::{self, Stage};
use crate::store::{Command, Denied, Tx};

/// The member gave password, and code where there is a factor, again. The session gets another token.
pub struct ConfirmSession {
    pub session: i32,
    pub member_id: i32,
    /// Of the new token.
    pub token_hash: Vec<u8>,
    pub proof: Option<Proof>,
    /// What the session is from now on.
    pub stage: Stage,
}

impl Command for ConfirmSession {
    type Needs = action::ConfirmSession;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let factor = self.proof.as_ref().map_or("none", word);
        particulars([("session", self.session.into()), ("factor", factor.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if let Some(proof) = &self.proof {
            factors::spend(tx, self.member_id, proof)?;
        }
        if matches!(self.proof, Some(Proof::Recovery(_))) {
            let what = facts([("what", "a recovery code was given to go on, and is used up")]);
            mail::notify(tx, self.member_id, Notice::FactorChanged, &what)?;
        }
        if sessions::confirm(tx, self.session, &self.token_hash, self.stage)? {
            Ok(())
        } else {
            Err(Denied::rule("session-over", "your session ended meanwhile; sign in again"))
        }
    }
}
