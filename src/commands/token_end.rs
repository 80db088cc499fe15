//! Ending an API token: one's own, or that of another member.

use serde_json::{Map, Value};

use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, tokens};

/// Ends a token of whoever asks.
pub struct EndToken {
    /// The row id.
    pub id: i32,
}

/// Ends a token, whosever it is.
pub struct EndOthersToken {
    /// The row id.
    pub id: i32,
}

impl Command for EndToken {
    type Needs = action::EndToken;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("token", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let owner = tx.actor().member().ok_or_else(|| Denied::rule("no-member", "only a member has tokens"))?;
        end(tx, self.id, Some(owner))
    }
}

impl Command for EndOthersToken {
    type Needs = action::EndOthersToken;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("token", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        end(tx, self.id, None)
    }
}

/// The stable word of "there is no such token".
pub const NO_TOKEN: &str = "no-token";

fn end(tx: &mut Tx<'_>, id: i32, of: Option<i32>) -> Result<(), Denied> {
    let (name, member) = tokens::end(tx, id, of)?.ok_or_else(|| Denied::rule(NO_TOKEN, "this token was ended already"))?;
    tx.detail("name", name);
    tx.detail("member", member);
    Ok(())
}
