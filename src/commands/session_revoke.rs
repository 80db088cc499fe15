use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, sessions};

/// Which of one's own sessions end.
pub enum Which {
    /// This one.
    One(i32),
    /// All but this one.
    AllBut(i32),
}

/// Ends sessions of one's own.
pub struct RevokeSessions {
    pub member_id: i32,
    pub which: Which,
}

impl Command for RevokeSessions {
    type Needs = action::RevokeSession;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        match self.which {
            Which::One(id) => particulars([("ended", id.into())]),
            Which::AllBut(id) => particulars([("ended", "all others".into()), ("kept", id.into())]),
        }
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let ended = match self.which {
            Which::One(id) => sessions::delete_own(tx, self.member_id, id)?,
            Which::AllBut(id) => sessions::delete_all(tx, self.member_id, Some(id))?,
        };
        if ended == 0 {
            return Err(Denied::rule("no-session", "there is no such session any more, so nothing was ended"));
        }
        tx.detail("sessions", ended);
        Ok(())
    }
}
