use serde_json::{Map, Value};

use super::particulars;
use crate::access::{Permission, action};
use crate::store::mail::{self, Notice, facts};
use crate::store::tokens::{self, NewToken};
use crate::store::{Command, Denied, Tx};

/// Keeps a new API token of whoever asks.
pub struct MakeToken {
    pub token: NewToken,
}

impl Command for MakeToken {
    type Needs = action::NewToken;
    /// The token's row id.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let NewToken { public, name, limits, network, days, .. } = &self.token;
        let scopes: Vec<&str> = limits.scopes.iter().map(Permission::as_str).collect();
        let mut told = particulars([
            ("name", name.clone().into()),
            ("public", public.clone().into()),
            ("scopes", scopes.into()),
            ("days", (*days).into()),
        ]);
        for (key, value) in [("app", &limits.app), ("network", network)] {
            if let Some(value) = value {
                told.insert(key.to_owned(), value.clone().into());
            }
        }
        told
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let owner = tx.actor().member().ok_or_else(|| Denied::rule("no-member", "only a member has tokens"))?;
        let id = tokens::insert(tx, owner, &self.token)?;
        mail::notify(tx, owner, Notice::TokenMade, &facts([("name", &self.token.name)]))?;
        tx.detail("token", id);
        Ok(id)
    }
}
