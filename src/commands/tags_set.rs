use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::particulars;
use crate::access::{Scope, action};
use crate::store::{Command, Denied, Tx, grants};

/// Gives an app the tags that it is to have, and no others.
pub struct SetTags {
    /// The app's row.
    pub app: i32,
    pub tags: BTreeSet<String>,
}

impl Command for SetTags {
    type Needs = action::SetTags;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        particulars([("after", self.tags.iter().cloned().collect::<Vec<_>>().join(" ").into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let before = grants::book(tx)?;
        let Some(app) = before.apps.get(&self.app) else { return Err(Denied::rule("gone", "this app is not there any more")) };
        // A tag brings and takes what is granted over it, on this app.
        for tag in app.tags.symmetric_difference(&self.tags) {
            let over = Scope::Tag(tag.clone());
            for grant in before.grants.values().filter(|g| g.scope == over) {
                grants::held_by_actor(tx, Some(&app.name), before.role(grant.what).1)?;
                if self.tags.contains(tag) && grant.until.is_none_or(|until| until > tx.now()) {
                    grants::held_until(tx, Some(&app.name), before.role(grant.what).1, grant.until)?;
                }
            }
        }
        tx.detail("before", app.tags.iter().cloned().collect::<Vec<_>>().join(" "));
        grants::set_tags(tx, self.app, &self.tags)?;
        let after = grants::book(tx)?;
        tx.changed_rights(&before, &after);
        Ok(())
    }
}
