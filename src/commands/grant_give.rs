use serde_json::{Map, Value};

use super::particulars;
use crate::access::permission::Permission;
use crate::access::{Book, Permissions, Scope, To, What, action};

use crate::store::mail::{self, Notice, facts};
use crate::store::{Command, Denied, Tx, grants};

/// Gives a member or a team a role over something.
pub struct GiveGrant {
    pub to: To,
    pub what: What,
    pub scope: Scope,
    /// When it ends, in milliseconds since 1970 (UTC).
    pub until: Option<i64>,
}

impl Command for GiveGrant {
    type Needs = action::GiveGrant;
    /// The grant's row.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        particulars([("change", "given".into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let before = grants::book(tx)?;
        if before.name_of(self.to).is_none() {
            return Err(Denied::rule("gone", "the member or team is not there any more"));
        }
        let (role, permissions) = before.role(self.what);
        if role.is_empty() {
            return Err(Denied::rule("gone", "the role is not there any more"));
        }
        if matches!(&self.scope, Scope::App(id) if !before.apps.contains_key(id)) {
            return Err(Denied::rule("gone", "the app is not there any more"));
        }
        may_give(tx, &before, &self.scope, permissions, self.until)?;
        if self.until.is_some_and(|until| until <= tx.now()) {
            return Err(Denied::rule("over", "this end is past already"));
        }
        let same = |g: &crate::access::Granted| (g.to, g.what, &g.scope, g.until) == (self.to, self.what, &self.scope, self.until);
        if before.grants.values().any(same) {
            return Err(Denied::rule("again", "this role was given already"));
        }
        let by = tx.actor().name().to_owned();
        let id = grants::insert(tx, self.to, (self.what, &self.scope), self.until, &by)?;
        tell(tx, &before, (self.to, self.what, &self.scope, self.until))?;
        tx.detail("grant", id);
        Ok(id)
    }
}

/// Whoever changes grants of a scope may give and take roles there, and has all that the role gives.
pub(super) fn may_change(tx: &Tx<'_>, book: &Book, scope: &Scope, permissions: Permissions) -> Result<(), Denied> {
    let needed = permissions.and(Permissions::of(&[Permission::EditGrants]));
    places(book, scope, needed).iter().try_for_each(|(app, needed)| grants::held_by_actor(tx, app.as_deref(), *needed))
}

/// As [`may_change`], and the giver will have all that the role gives for as long as it is given.
pub(super) fn may_give(
    tx: &mut Tx<'_>,
    book: &Book,
    scope: &Scope,
    permissions: Permissions,
    until: Option<i64>,
) -> Result<(), Denied> {
    may_change(tx, book, scope, permissions)?;
    places(book, scope, permissions).iter().try_for_each(|(app, set)| grants::held_until(tx, app.as_deref(), *set, until))
}

/// Where these permissions must be held for this scope; without an app it is everything.
fn places(book: &Book, scope: &Scope, permissions: Permissions) -> Vec<(Option<String>, Permissions)> {
    match (scope, book.apps_in(scope)) {
        (Scope::App(_), Some(apps)) if !apps.is_empty() => apps.into_iter().map(|app| (Some(app), permissions)).collect(),
        (Scope::Tag(_), _) => vec![(None, permissions.on_apps())],
        (Scope::Everything | Scope::App(_), _) => vec![(None, permissions)],
    }
}

/// Says in the entry who got or lost what, where, until when, and what changed by it for each member.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    before: &Book,
    (to, what, scope, until): (To, What, &Scope, Option<i64>),
) -> Result<(), Denied> {
    let after = grants::book(tx)?;
    tx.detail("to", before.name_of(to).unwrap_or_default());
    tx.detail("role", before.role(what).0);
    tx.detail("scope", before.scope_name(scope));
    if let Some(until) = until {
        tx.detail("until", until);
    }
    tx.changed_rights(before, &after);
    let role = format!("{} over {}", before.role(what).0, before.scope_name(scope));
    raised(tx, before, &after, &role)?;
    if let (Scope::App(_), Some([app])) = (scope, before.apps_in(scope).as_deref()) {
        tx.about_app(app);
    }
    Ok(())
}

/// Tells those who may do more than before, and by which role.
pub(super) fn raised(tx: &mut Tx<'_>, before: &Book, after: &Book, role: &str) -> Result<(), Denied> {
    for change in before.difference(after, tx.now()) {
        if change.places.iter().any(|place| !place.gained.is_empty()) {
            mail::notify(tx, change.member, Notice::RoleRaised, &facts([("role", role)]))?;
        }
    }
    Ok(())
}
