//! What members may do, worked out from grants, teams, roles and tags. It is kept until one of these changes, whoever changes it: the
//! database counts its changes by itself (`rights_state`), so no write can forget to.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
use tokio::sync::watch;

use super::schema::{members, rights_state};
use super::{Result, Store, StoreError};
use crate::access::{Held, Permission, Permissions, Rights, Role};
use crate::clock::Millis;

/// What was worked out, by member.
pub(super) type Kept = Mutex<HashMap<i32, Arc<Rights>>>;

/// A grant as it counts for one member on one app, or over everything.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    member: i32,
    #[diesel(sql_type = Nullable<Text>)]
    bundle: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    permissions: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    until: Option<Millis>,
    #[diesel(sql_type = Bool)]
    everything: bool,
    #[diesel(sql_type = Nullable<Text>)]
    app: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    had: Option<String>,
}

/// Whoever is suspended holds nothing. Grants for a tag are taken apart into one for each app. A removed app is known by the name that it is kept under, and by the one that
/// it had for as long as no other app has it.
const HELD: &str = "
    SELECT given.member, grants.bundle, roles.name AS role, roles.permissions, grants.expires_at AS until,
           grants.tag IS NULL AND grants.app_id IS NULL AS everything, apps.name AS app,
           CASE WHEN NOT EXISTS (SELECT 1 FROM apps AS other WHERE other.name = removed_apps.name)
                 AND NOT EXISTS (SELECT 1 FROM removed_apps AS later
                                 WHERE later.name = removed_apps.name AND later.app_id > removed_apps.app_id)
                THEN removed_apps.name END AS had
    FROM (SELECT id AS grant_id, member_id AS member FROM grants WHERE member_id IS NOT NULL
          UNION ALL
          SELECT grants.id, team_members.member_id FROM grants JOIN team_members ON team_members.team_id = grants.team_id) AS given
    JOIN members ON members.id = given.member
    JOIN grants ON grants.id = given.grant_id
    LEFT JOIN roles ON roles.id = grants.role_id
    LEFT JOIN app_tags ON app_tags.tag = grants.tag
    LEFT JOIN apps ON apps.id = COALESCE(grants.app_id, app_tags.app_id)
    LEFT JOIN removed_apps ON removed_apps.app_id = apps.id
    WHERE (? IS NULL OR given.member = ?)
      AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.member_id = given.member AND accounts.suspended_at IS NOT NULL)
    ORDER BY given.member, grants.id";

impl Store {
    /// What a member may do now.
    pub async fn rights(&self, member: i32) -> Result<Arc<Rights>> {
        let (inner, now) = (Arc::clone(&self.inner), self.clock().now());
        self.read(move |c| of_member(c, &inner.rights, member, now)).await
    }

    /// Names of members who have this permission on this app, or over everything.
    pub async fn who_has(&self, one: Permission, app: Option<String>) -> Result<Vec<String>> {
        let now = self.clock().now();
        self.read(move |c| {
            let all = of_all(c, now)?;
            let names: Vec<(i32, String)> = members::table.order(members::name).select((members::id, members::name)).load(c)?;
            let has = |rights: &Rights| match &app {
                Some(app) => rights.on(app).has(one),
                None => rights.everywhere().has(one),
            };
            Ok(names.into_iter().filter(|(id, _)| all.get(id).is_some_and(has)).map(|(_, name)| name).collect())
        })
        .await
    }

    /// Tells whenever somebody's rights may have changed in this process, or a session has ended.
    pub fn rights_changes(&self) -> watch::Receiver<i64> {
        self.inner.changed.subscribe()
    }
}

/// The number of the state of all grants.
pub(super) fn state(c: &mut SqliteConnection) -> Result<i64> {
    Ok(rights_state::table.select(rights_state::n).first(c)?)
}

/// What was kept of this member's rights, or what they are anew.
pub(super) fn of_member(c: &mut SqliteConnection, kept: &Kept, member: i32, now: Millis) -> Result<Arc<Rights>> {
    let state = state(c)?;
    let before = kept.lock().unwrap_or_else(PoisonError::into_inner).get(&member).cloned();
    if let Some(rights) = before.filter(|r| r.still_so(state, now)) {
        return Ok(rights);
    }
    let rights = Arc::new(work_out(c, member, now)?);
    kept.lock().unwrap_or_else(PoisonError::into_inner).insert(member, Arc::clone(&rights));
    Ok(rights)
}

/// What a member may do, as the database says at this moment.
pub(super) fn work_out(c: &mut SqliteConnection, member: i32, now: Millis) -> Result<Rights> {
    // The number comes before the grants: what is granted in between makes the next one look again.
    let state = state(c)?;
    let held = held(c, Some(member))?.remove(&member).unwrap_or_default();
    Ok(Rights::of(&held, now, state))
}

/// What every member who holds a grant may do.
pub(super) fn of_all(c: &mut SqliteConnection, now: Millis) -> Result<BTreeMap<i32, Rights>> {
    let state = state(c)?;
    Ok(held(c, None)?.into_iter().map(|(member, held)| (member, Rights::of(&held, now, state))).collect())
}

/// Members who have every permission over everything, for good.
pub(super) fn admins(c: &mut SqliteConnection) -> Result<Vec<i32>> {
    let lasting = |held: &Vec<Held>| {
        let lasting = held.iter().filter(|h| h.app.is_none() && h.until.is_none());
        lasting.fold(Permissions::NONE, |sum, h| sum.and(h.permissions)) == Permissions::all()
    };
    Ok(held(c, None)?.into_iter().filter(|(_, held)| lasting(held)).map(|(member, _)| member).collect())
}

/// Whether `by` has all that `member` has, everywhere where they have it and for as long.
pub(super) fn has_all_of(c: &mut SqliteConnection, by: i32, member: i32, now: Millis) -> Result<bool> {
    let mut of = |id| held(c, Some(id)).map(|mut all| all.remove(&id).unwrap_or_default());
    let (own, theirs) = (of(by)?, of(member)?);
    let has = |one: &Held| {
        let then = Rights::of(&own, one.until.map_or(Millis::MAX, |until| until - 1), 0);
        then.covers(one.app.as_deref(), one.permissions)
    };
    Ok(theirs.iter().filter(|one| one.until.is_none_or(|until| until > now)).all(has))
}

fn held(c: &mut SqliteConnection, member: Option<i32>) -> Result<BTreeMap<i32, Vec<Held>>> {
    let rows: Vec<Row> =
        diesel::sql_query(HELD).bind::<Nullable<Integer>, _>(member).bind::<Nullable<Integer>, _>(member).load(c)?;
    let mut all: BTreeMap<i32, Vec<Held>> = BTreeMap::new();
    for row in rows {
        let (role, permissions) = bundle(row.bundle.as_deref(), row.role, row.permissions.as_deref())?;
        let held = |app| Held { role: role.clone(), permissions, app, until: row.until };
        let of = all.entry(row.member).or_default();
        if row.everything {
            of.push(held(None));
        } else {
            of.extend(row.app.into_iter().chain(row.had).map(|app| held(Some(app))));
        }
    }
    Ok(all)
}

/// The name and the permissions of the role that a grant names.
pub(super) fn bundle(bundle: Option<&str>, own: Option<String>, words: Option<&str>) -> Result<(String, Permissions)> {
    if let Some(word) = bundle {
        let role: Role = word.parse().map_err(|e: crate::access::role::NoSuchRole| StoreError::Unreadable(e.to_string()))?;
        return Ok((role.as_str().to_owned(), role.permissions()));
    }
    Ok((own.unwrap_or_default(), permissions(words.unwrap_or_default())))
}

/// The permissions that a co-op's own role names. A word that this version does not know gives nothing.
pub(super) fn permissions(words: &str) -> Permissions {
    Permissions::of(&words.split(' ').filter_map(|word| word.parse().ok()).collect::<Vec<Permission>>())
}
