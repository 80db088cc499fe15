use serde_json::{Map, Value};

use super::grant_give::{may_change, tell};
use super::particulars;
use crate::access::action;
use crate::store::{Command, Denied, Tx, grants};

/// Takes a role away that a member or a team was given.
pub struct TakeGrant {
    /// The grant's row.
    pub id: i32,
}

impl Command for TakeGrant {
    type Needs = action::TakeGrant;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("change", "taken".into()), ("grant", self.id.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let before = grants::book(tx)?;
        let Some(grant) = before.grants.get(&self.id) else {
            return Err(Denied::rule("gone", "this role was taken away already"));
        };
        may_change(tx, &before, &grant.scope, before.role(grant.what).1)?;
        grants::delete(tx, self.id)?;
        grants::somebody_may_do_everything(tx)?;
        tell(tx, &before, (grant.to, grant.what, &grant.scope, grant.until))
    }
}
