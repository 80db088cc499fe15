//! Grants, teams, roles of a co-op's own and tags: what rights are worked out from.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::schema::{app_tags, apps, grants, members, removed_apps, roles, team_members, teams};
use super::{Denied, Result, Store, StoreError, Tx, rights};
use crate::access::book::{OwnRole, Tagged, Team};
use crate::access::role::NoSuchRole;
use crate::access::{Book, Granted, Permissions, Scope, To, What};
use crate::clock::Millis;

impl Store {
    /// Everything that rights are worked out from.
    pub async fn book(&self) -> Result<Book> {
        self.read(read).await
    }
}

/// The same from inside a change.
pub fn book(tx: &mut Tx<'_>) -> std::result::Result<Book, Denied> {
    Ok(read(tx.connection())?)
}

type Line =
    (i32, Option<i32>, Option<i32>, Option<String>, Option<i32>, Option<String>, Option<i32>, Option<Millis>, Millis, String);

fn read(c: &mut SqliteConnection) -> Result<Book> {
    let people: Vec<(i32, String)> = members::table.select((members::id, members::name)).load(c)?;
    let named: Vec<(i32, String)> = teams::table.select((teams::id, teams::name)).load(c)?;
    let mut groups: BTreeMap<i32, Team> =
        named.into_iter().map(|(id, name)| (id, Team { name, members: BTreeSet::new() })).collect();
    for (team, member) in team_members::table.select((team_members::team_id, team_members::member_id)).load::<(i32, i32)>(c)? {
        if let Some(team) = groups.get_mut(&team) {
            team.members.insert(member);
        }
    }
    let own: Vec<(i32, String, String)> = roles::table.select((roles::id, roles::name, roles::permissions)).load(c)?;
    let gone = removed_apps::table.select(removed_apps::app_id);
    let there: Vec<(i32, String)> = apps::table.filter(apps::id.ne_all(gone)).select((apps::id, apps::name)).load(c)?;
    let mut tagged: BTreeMap<i32, Tagged> =
        there.into_iter().map(|(id, name)| (id, Tagged { name, tags: BTreeSet::new() })).collect();
    for (app, tag) in app_tags::table.select((app_tags::app_id, app_tags::tag)).load::<(i32, String)>(c)? {
        if let Some(app) = tagged.get_mut(&app) {
            app.tags.insert(tag);
        }
    }
    Ok(Book {
        members: people.into_iter().collect(),
        teams: groups,
        roles: own.into_iter().map(|(id, name, words)| (id, OwnRole { name, permissions: rights::permissions(&words) })).collect(),
        apps: tagged,
        grants: grants::table.load::<Line>(c)?.into_iter().map(granted).collect::<Result<_>>()?,
    })
}

fn granted(line: Line) -> Result<(i32, Granted)> {
    let (id, member, team, bundle, own, tag, app, until, at, by) = line;
    let unreadable = || StoreError::Unreadable(format!("grant {id}"));
    let to = member.map(To::Member).or(team.map(To::Team)).ok_or_else(unreadable)?;
    let what = match (bundle, own) {
        (Some(word), _) => What::Bundle(word.parse().map_err(|e: NoSuchRole| StoreError::Unreadable(e.to_string()))?),
        (None, Some(own)) => What::Own(own),
        (None, None) => return Err(unreadable()),
    };
    let scope = tag.map(Scope::Tag).or(app.map(Scope::App)).unwrap_or(Scope::Everything);
    Ok((id, Granted { to, what, scope, until, at, by }))
}

/// Keeps a grant and returns its id.
pub fn insert(
    tx: &mut Tx<'_>,
    to: To,
    (what, scope): (What, &Scope),
    until: Option<Millis>,
    by: &str,
) -> std::result::Result<i32, Denied> {
    let (member, team) = match to {
        To::Member(id) => (Some(id), None),
        To::Team(id) => (None, Some(id)),
    };
    let (bundle, own) = match what {
        What::Bundle(role) => (Some(role.as_str()), None),
        What::Own(id) => (None, Some(id)),
    };
    let (tag, app) = match scope {
        Scope::Everything => (None, None),
        Scope::Tag(tag) => (Some(tag.as_str()), None),
        Scope::App(id) => (None, Some(*id)),
    };
    let row = (
        grants::member_id.eq(member),
        grants::team_id.eq(team),
        grants::bundle.eq(bundle),
        grants::role_id.eq(own),
        grants::tag.eq(tag),
        grants::app_id.eq(app),
        grants::expires_at.eq(until),
        grants::granted_at.eq(tx.now()),
        grants::granted_by.eq(by),
    );
    Ok(diesel::insert_into(grants::table).values(row).returning(grants::id).get_result(tx.connection())?)
}

/// Takes a grant away.
pub fn delete(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(grants::table.find(id)).execute(tx.connection())?;
    Ok(())
}

/// Refuses a change of rights by somebody who lacks some of them there: nobody gives or takes what they do not have. For all apps with a
/// tag they must hold over everything, since any app may have the tag tomorrow.
pub fn held_by_actor(tx: &Tx<'_>, app: Option<&str>, permissions: Permissions) -> std::result::Result<(), Denied> {
    let actor = tx.actor();
    if actor.covers(app, permissions) {
        return Ok(());
    }
    let place = app.map_or_else(|| "over everything".to_owned(), |app| format!("on {app}"));
    let mine = app.map_or_else(|| actor.everywhere(), |app| actor.on(app));
    let lacking: Vec<&str> = permissions.without(mine).iter().map(crate::access::Permission::text).take(3).collect();
    let text = format!("nobody gives or takes rights that they lack, and {place} you lack: {}", lacking.join("; "));
    Err(Denied::rule("not-yours-to-give", text))
}

/// Refuses to give rights for longer than whoever gives them has them; `None` is for good.
pub fn held_until(
    tx: &mut Tx<'_>,
    app: Option<&str>,
    permissions: Permissions,
    until: Option<Millis>,
) -> std::result::Result<(), Denied> {
    let Some(member) = tx.actor().member() else { return Ok(()) };
    let then = rights::work_out(tx.connection(), member, until.map_or(Millis::MAX, |until| until - 1))?;
    if then.covers(app, permissions) {
        return Ok(());
    }
    let text = "nobody gives rights for longer than they have them, and some of yours end before that; let these end earlier too";
    Err(Denied::rule("ends-earlier", text))
}

/// Refuses what leaves nobody who may do everything, for good. Called at the end of each change that could.
pub fn somebody_may_do_everything(tx: &mut Tx<'_>) -> std::result::Result<(), Denied> {
    if !rights::admins(tx.connection())?.is_empty() {
        return Ok(());
    }
    let text = "afterwards nobody could do everything any more, so nothing was changed; give somebody else the role admin over \
                everything first, without an end";
    Err(Denied::rule("last-admin", text))
}

/// Keeps a team and returns its row.
pub fn insert_team(tx: &mut Tx<'_>, name: &str) -> std::result::Result<i32, Denied> {
    let row = (teams::name.eq(name), teams::created_at.eq(tx.now()));
    Ok(diesel::insert_into(teams::table).values(row).returning(teams::id).get_result(tx.connection())?)
}

/// Gives a team another name.
pub fn rename_team(tx: &mut Tx<'_>, id: i32, name: &str) -> std::result::Result<(), Denied> {
    diesel::update(teams::table.find(id)).set(teams::name.eq(name)).execute(tx.connection())?;
    Ok(())
}

/// Removes a team, with all that it was given.
pub fn delete_team(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(teams::table.find(id)).execute(tx.connection())?;
    Ok(())
}

/// Puts a member into a team, or out of it.
pub fn set_in_team(tx: &mut Tx<'_>, team: i32, member: i32, is_in: bool) -> std::result::Result<(), Denied> {
    if is_in {
        let row = (
            team_members::team_id.eq(team),
            team_members::member_id.eq(member),
            team_members::added_at.eq(tx.now()),
            team_members::added_by.eq(tx.actor().name().to_owned()),
        );
        diesel::insert_or_ignore_into(team_members::table).values(row).execute(tx.connection())?;
    } else {
        diesel::delete(team_members::table.find((team, member))).execute(tx.connection())?;
    }
    Ok(())
}

/// Keeps a role of the co-op's own, its permissions as their words, and returns its row.
pub fn insert_role(tx: &mut Tx<'_>, name: &str, words: &str) -> std::result::Result<i32, Denied> {
    let row = (roles::name.eq(name), roles::permissions.eq(words), roles::created_at.eq(tx.now()));
    Ok(diesel::insert_into(roles::table).values(row).returning(roles::id).get_result(tx.connection())?)
}

/// Gives a role of the co-op's own another name and other permissions.
pub fn save_role(tx: &mut Tx<'_>, id: i32, name: &str, words: &str) -> std::result::Result<(), Denied> {
    let row = (roles::name.eq(name), roles::permissions.eq(words));
    diesel::update(roles::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// Removes a role of the co-op's own that nobody was given.
pub fn delete_role(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(roles::table.find(id)).execute(tx.connection())?;
    Ok(())
}

/// Gives an app these tags and no others.
pub fn set_tags(tx: &mut Tx<'_>, app: i32, tags: &BTreeSet<String>) -> std::result::Result<(), Denied> {
    diesel::delete(app_tags::table.filter(app_tags::app_id.eq(app))).execute(tx.connection())?;
    for tag in tags {
        diesel::insert_into(app_tags::table).values((app_tags::app_id.eq(app), app_tags::tag.eq(tag))).execute(tx.connection())?;
    }
    Ok(())
}
