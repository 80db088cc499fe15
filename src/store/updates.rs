//! How far the dashboard may update apps by itself, and what it did.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::schema::{update_holds, update_policies, update_tries};
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// The policy of an app as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct StoredPolicy {
    pub app_id: i32,
    /// `off`, `notify`, `patch` or `minor`.
    pub mode: String,
    /// A bit for each day of the week, Monday the lowest.
    pub days: i32,
    /// UTC, 0 to 23.
    pub from_hour: i32,
    /// UTC, 1 to 24.
    pub to_hour: i32,
    pub backup_before: bool,
    pub at: Millis,
    /// Who chose it.
    pub by: String,
}

/// A version that the dashboard asked for by itself.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Try {
    pub id: i32,
    pub app_id: i32,
    pub version: String,
    /// When the window opened in which it did.
    pub window_at: Millis,
    pub operation_id: i32,
    pub at: Millis,
}

/// Why the dashboard did not update an app in the last window that it could have.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Hold {
    pub app_id: i32,
    pub version: String,
    /// A reason on each line.
    pub why: String,
    pub at: Millis,
}

/// The version that an app's newest deployment that worked brought.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Deployed {
    #[diesel(sql_type = Integer)]
    pub app_id: i32,
    #[diesel(sql_type = Text)]
    pub version: String,
}

const DEPLOYED: &str = "
    SELECT app_id, version FROM deployments
    WHERE id IN (SELECT MAX(id) FROM deployments WHERE outcome = 'converged' GROUP BY app_id)";

impl Store {
    /// All policies that somebody chose.
    pub async fn update_policies(&self) -> Result<Vec<StoredPolicy>> {
        self.read(|c| Ok(update_policies::table.load(c)?)).await
    }

    /// The policy that somebody chose for an app.
    pub async fn update_policy(&self, app_id: i32) -> Result<Option<StoredPolicy>> {
        self.read(move |c| Ok(update_policies::table.find(app_id).first(c).optional()?)).await
    }

    /// What the dashboard asked for by itself, of one app or of all, newest first.
    pub async fn update_tries(&self, app_id: Option<i32>) -> Result<Vec<Try>> {
        self.read(move |c| {
            let mut query = update_tries::table.order(update_tries::id.desc()).into_boxed();
            if let Some(id) = app_id {
                query = query.filter(update_tries::app_id.eq(id));
            }
            Ok(query.load(c)?)
        })
        .await
    }

    /// Why apps were not updated, newest first.
    pub async fn update_holds(&self) -> Result<Vec<Hold>> {
        self.read(|c| Ok(update_holds::table.order(update_holds::at.desc()).load(c)?)).await
    }

    /// The version that each app's newest deployment that worked brought.
    pub async fn deployed_versions(&self) -> Result<Vec<Deployed>> {
        self.read(|c| Ok(diesel::sql_query(DEPLOYED).load(c)?)).await
    }
}

/// What somebody chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPolicy {
    pub mode: &'static str,
    pub days: u8,
    pub from_hour: u8,
    pub to_hour: u8,
    pub backup_before: bool,
}

/// Keeps what somebody chose for an app.
pub fn set_policy(tx: &mut Tx<'_>, app_id: i32, new: &NewPolicy) -> std::result::Result<(), Denied> {
    let row = (
        update_policies::app_id.eq(app_id),
        update_policies::mode.eq(new.mode),
        update_policies::days.eq(i32::from(new.days)),
        update_policies::from_hour.eq(i32::from(new.from_hour)),
        update_policies::to_hour.eq(i32::from(new.to_hour)),
        update_policies::backup_before.eq(new.backup_before),
        update_policies::at.eq(tx.now()),
        update_policies::by.eq(tx.actor().name().to_owned()),
    );
    diesel::replace_into(update_policies::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Notes that the dashboard asks for a version by itself. Refused where it did so before, in this window or in a newer one, or where the
/// policy is not the one that it was judged by any more (`chosen_at` is when that was chosen).
pub fn try_once(
    tx: &mut Tx<'_>,
    app_id: i32,
    version: &str,
    window_at: Millis,
    chosen_at: Millis,
    operation_id: i32,
) -> std::result::Result<(), Denied> {
    let chosen = update_policies::table.find(app_id).select(update_policies::at);
    let chosen: Option<Millis> = chosen.first(tx.connection()).optional()?;
    if chosen != Some(chosen_at) {
        return Err(Denied::rule("policy-changed", "somebody has changed the policy meanwhile"));
    }
    let again = update_tries::version.eq(version).or(update_tries::window_at.ge(window_at));
    let before: i64 =
        update_tries::table.filter(update_tries::app_id.eq(app_id)).filter(again).count().get_result(tx.connection())?;
    if before > 0 {
        return Err(Denied::rule("tried-already", "this was tried already, or something else in this window"));
    }
    let row = (
        update_tries::app_id.eq(app_id),
        update_tries::version.eq(version),
        update_tries::window_at.eq(window_at),
        update_tries::operation_id.eq(operation_id),
        update_tries::at.eq(tx.now()),
    );
    diesel::insert_into(update_tries::table).values(row).execute(tx.connection())?;
    diesel::delete(update_holds::table.find(app_id)).execute(tx.connection())?;
    Ok(())
}

/// Notes a version that the dashboard asked for by itself and that was approved since, so that it is not asked for again.
pub fn tried(tx: &mut Tx<'_>, app_id: i32, version: &str, operation_id: i32) -> std::result::Result<(), Denied> {
    let row = (
        update_tries::app_id.eq(app_id),
        update_tries::version.eq(version),
        update_tries::window_at.eq(tx.now()),
        update_tries::operation_id.eq(operation_id),
        update_tries::at.eq(tx.now()),
    );
    diesel::insert_or_ignore_into(update_tries::table).values(row).execute(tx.connection())?;
    diesel::delete(update_holds::table.find(app_id)).execute(tx.connection())?;
    Ok(())
}

/// Keeps why the dashboard does not update an app. Refused where that is what is kept already.
pub fn hold(tx: &mut Tx<'_>, app_id: i32, version: &str, why: &str) -> std::result::Result<(), Denied> {
    let same = update_holds::table.find(app_id).filter(update_holds::version.eq(version)).filter(update_holds::why.eq(why));
    let known: i64 = same.count().get_result(tx.connection())?;
    if known > 0 {
        return Err(Denied::rule("told-already", "this was told already"));
    }
    let row = (
        update_holds::app_id.eq(app_id),
        update_holds::version.eq(version),
        update_holds::why.eq(why),
        update_holds::at.eq(tx.now()),
    );
    diesel::replace_into(update_holds::table).values(row).execute(tx.connection())?;
    Ok(())
}
