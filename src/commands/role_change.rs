use serde_json::{Map, Value};

use super::grant_give::raised;
use super::particulars;
use crate::access::{Permission, Permissions, Role, What, action, member_name};
use crate::store::{Command, Denied, Tx, grants};

/// Makes, changes or removes a role of the co-op's own.
pub enum ChangeRole {
    Make { name: String, permissions: Permissions },
    Save { id: i32, name: String, permissions: Permissions },
    Remove { id: i32 },
}

impl Command for ChangeRole {
    type Needs = action::EditRole;
    /// The role's row.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let change = match self {
            Self::Make { .. } => "made",
            Self::Save { .. } => "changed",
            Self::Remove { .. } => "removed",
        };
        particulars([("change", change.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let before = grants::book(tx)?;
        let known = |id: i32| before.roles.get(&id).ok_or_else(|| Denied::rule("gone", "this role is not there any more"));
        let free = |name: &str, own: Option<i32>| {
            let name = member_name(name).map_err(|e| Denied::rule("name", e.to_string()))?;
            let same = |other: &str| other.to_lowercase() == name.to_lowercase();
            let taken =
                before.roles.iter().any(|(id, r)| Some(*id) != own && same(&r.name)) || Role::ALL.iter().any(|r| same(r.as_str()));
            if taken { Err(Denied::rule("name", format!("there is already a role called {name}"))) } else { Ok(name) }
        };
        let words = |set: Permissions| set.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ");
        match self {
            Self::Make { name, permissions } => {
                let name = free(&name, None)?;
                grants::held_by_actor(tx, None, permissions)?;
                tx.detail("role", name.as_str());
                tx.detail("permissions", words(permissions));
                grants::insert_role(tx, &name, &words(permissions))
            }
            Self::Save { id, name, permissions } => {
                let old = known(id)?;
                let name = free(&name, Some(id))?;
                let changed = old.permissions.without(permissions).and(permissions.without(old.permissions));
                grants::held_by_actor(tx, None, changed)?;
                let (more, now) = (permissions.without(old.permissions), tx.now());
                for given in before.grants.values().filter(|g| g.what == What::Own(id) && g.until.is_none_or(|until| until > now)) {
                    grants::held_until(tx, None, more, given.until)?;
                }
                tx.detail("role", old.name.as_str());
                tx.detail("name", name.as_str());
                tx.detail("before", words(old.permissions));
                tx.detail("after", words(permissions));
                grants::save_role(tx, id, &name, &words(permissions))?;
                grants::somebody_may_do_everything(tx)?;
                let after = grants::book(tx)?;
                tx.changed_rights(&before, &after);
                raised(tx, &before, &after, &format!("{name}, which gives more than before"))?;
                Ok(id)
            }
            Self::Remove { id } => {
                let old = known(id)?;
                let used = before.grants.values().filter(|g| g.what == What::Own(id)).count();
                if used > 0 {
                    let text = format!("the role {} is given {used} times; take it away there first", old.name);
                    return Err(Denied::rule("in-use", text));
                }
                tx.detail("role", old.name.as_str());
                tx.detail("before", words(old.permissions));
                grants::delete_role(tx, id)?;
                Ok(id)
            }
        }
    }
}
