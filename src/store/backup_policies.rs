//! When backups are made by themselves: the policies, the apps that do without, and when each policy was last acted on.

use diesel::prelude::*;

use super::schema::backup_repositories as places;
use super::schema::{apps, backup_exempt, backup_policies, backup_turns, removed_apps};
use super::{Denied, Result, Store, StoreError, Tx};
use crate::clock::Millis;

/// A policy as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct StoredPolicy {
    pub id: i32,
    /// `None` for one of the default.
    pub app_id: Option<i32>,
    pub repository_id: i32,
    pub cron: String,
    pub zone: String,
    pub keep_last: i32,
    pub keep_hourly: i32,
    pub keep_daily: i32,
    pub keep_weekly: i32,
    pub keep_monthly: i32,
    pub keep_yearly: i32,
    /// `dump`, `stopped` or `live`.
    pub mode: String,
    /// `partial` or `abort`.
    pub on_hook_error: String,
    pub hook_timeout_s: i32,
    pub enabled: bool,
    /// When it was made or changed.
    pub at: Millis,
}

/// What of a repository matters to a policy.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Destination {
    pub id: i32,
    pub name: String,
    /// Only an `active` one takes backups.
    pub state: String,
    /// What went wrong with it the last time; empty if nothing did.
    pub trouble: String,
    /// Nothing that lies there can be removed by us.
    pub append_only: bool,
}

/// The columns of [`Destination`].
type Columns = (places::id, places::name, places::state, places::trouble, places::append_only);
const COLUMNS: Columns = (places::id, places::name, places::state, places::trouble, places::append_only);

/// An app that could be backed up by itself.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Candidate {
    pub app_id: i32,
    pub name: String,
    pub created_at: Millis,
}

/// When a policy was acted on for an app.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Turn {
    pub policy_id: i32,
    pub app_id: i32,
    pub at: Millis,
}

impl Destination {
    /// Why nothing can be put into it; empty if something can.
    pub fn refusal(&self) -> String {
        match (self.state.as_str(), self.trouble.as_str()) {
            ("active", _) => String::new(),
            (state, "") => format!("the repository {} is not in use: it is {state}", self.name),
            (state, trouble) => format!("the repository {} is {state}: {trouble}", self.name),
        }
    }
}

impl Store {
    /// All policies, the oldest first.
    pub async fn backup_policies(&self) -> Result<Vec<StoredPolicy>> {
        self.read(|c| Ok(backup_policies::table.order(backup_policies::id).load(c)?)).await
    }

    /// All repositories, by name.
    pub async fn backup_destinations(&self) -> Result<Vec<Destination>> {
        self.read(|c| Ok(places::table.order(places::name).select(COLUMNS).load(c)?)).await
    }

    /// Apps that are there, and were not exempted: by name.
    pub async fn backup_candidates(&self) -> Result<Vec<Candidate>> {
        self.read(|c| {
            let query = apps::table
                .filter(apps::id.ne_all(removed_apps::table.select(removed_apps::app_id)))
                .filter(apps::id.ne_all(backup_exempt::table.select(backup_exempt::app_id)));
            Ok(query.order(apps::name).select((apps::id, apps::name, apps::created_at)).load(c)?)
        })
        .await
    }

    /// Since when an app is not backed up by itself, and by whom that was chosen.
    pub async fn backup_exempt(&self, app_id: i32) -> Result<Option<(Millis, String)>> {
        let columns = (backup_exempt::at, backup_exempt::by);
        self.read(move |c| Ok(backup_exempt::table.find(app_id).select(columns).first(c).optional()?)).await
    }

    /// When policies were last acted on.
    pub async fn backup_turns(&self) -> Result<Vec<Turn>> {
        self.read(|c| Ok(backup_turns::table.load(c)?)).await
    }
}

/// What somebody chose. The words are those of [`StoredPolicy`].
#[derive(Clone, Debug, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = backup_policies)]
pub struct NewPolicy {
    pub app_id: Option<i32>,
    pub repository_id: i32,
    pub cron: String,
    pub zone: String,
    pub keep_last: i32,
    pub keep_hourly: i32,
    pub keep_daily: i32,
    pub keep_weekly: i32,
    pub keep_monthly: i32,
    pub keep_yearly: i32,
    pub mode: &'static str,
    pub on_hook_error: &'static str,
    pub hook_timeout_s: i32,
    pub enabled: bool,
}

/// A policy of this app, or of the default, from inside a change.
pub fn policy(tx: &mut Tx<'_>, id: i32, app_id: Option<i32>) -> std::result::Result<StoredPolicy, Denied> {
    let found: Option<StoredPolicy> = backup_policies::table.find(id).first(tx.connection()).optional()?;
    let found = found.filter(|policy| policy.app_id == app_id);
    found.ok_or_else(|| Denied::rule("gone", "this schedule is not there any more; open the page again"))
}

/// A repository, from inside a change.
pub fn destination(tx: &mut Tx<'_>, id: i32) -> std::result::Result<Option<Destination>, Denied> {
    Ok(places::table.find(id).select(COLUMNS).first(tx.connection()).optional()?)
}

/// Keeps a policy, in the place of another one if `id` names it, and returns its row. An app with a policy is exempt no more.
pub fn keep(tx: &mut Tx<'_>, id: Option<i32>, new: NewPolicy) -> std::result::Result<i32, Denied> {
    if let Some(app_id) = new.app_id {
        exempt(tx, app_id, false)?;
    }
    let row = (new, backup_policies::at.eq(tx.now()));
    let kept = match id {
        Some(id) => {
            diesel::update(backup_policies::table.find(id)).set(row).returning(backup_policies::id).get_result(tx.connection())
        }
        None => diesel::insert_into(backup_policies::table).values(row).returning(backup_policies::id).get_result(tx.connection()),
    };
    kept.map_err(|e| Denied::Store(StoreError::from(e)))
}

/// Removes a policy. The snapshots that it brought stay.
pub fn remove(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(backup_turns::table.filter(backup_turns::policy_id.eq(id))).execute(tx.connection())?;
    diesel::delete(backup_policies::table.find(id)).execute(tx.connection())?;
    Ok(())
}

/// Takes an app out of the default, or puts it back. Returns whether it was out.
pub fn exempt(tx: &mut Tx<'_>, app_id: i32, out: bool) -> std::result::Result<bool, Denied> {
    let was = diesel::delete(backup_exempt::table.find(app_id)).execute(tx.connection())? > 0;
    if out {
        let row =
            (backup_exempt::app_id.eq(app_id), backup_exempt::at.eq(tx.now()), backup_exempt::by.eq(tx.actor().name().to_owned()));
        diesel::insert_into(backup_exempt::table).values(row).execute(tx.connection())?;
    }
    Ok(was)
}

/// How many policies of its own an app has, from inside a change.
pub fn own(tx: &mut Tx<'_>, app_id: i32) -> std::result::Result<i64, Denied> {
    Ok(backup_policies::table.filter(backup_policies::app_id.eq(app_id)).count().get_result(tx.connection())?)
}

/// Notes that a policy is acted on for an app. Refused where the policy was changed since `chosen_at`, or where `last` is not when that
/// happened before: somebody else was faster.
pub fn take_turn(
    tx: &mut Tx<'_>,
    policy_id: i32,
    app_id: i32,
    chosen_at: Millis,
    last: Option<Millis>,
) -> std::result::Result<(), Denied> {
    let chosen: Option<Millis> =
        backup_policies::table.find(policy_id).select(backup_policies::at).first(tx.connection()).optional()?;
    if chosen != Some(chosen_at) {
        return Err(Denied::rule("policy-changed", "somebody has changed the schedule meanwhile"));
    }
    let before: Option<Millis> =
        backup_turns::table.find((policy_id, app_id)).select(backup_turns::at).first(tx.connection()).optional()?;
    if before != last {
        return Err(Denied::rule("asked-already", "this backup was asked for already"));
    }
    let row = (backup_turns::policy_id.eq(policy_id), backup_turns::app_id.eq(app_id), backup_turns::at.eq(tx.now()));
    diesel::replace_into(backup_turns::table).values(row).execute(tx.connection())?;
    Ok(())
}
