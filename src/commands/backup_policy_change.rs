use std::marker::PhantomData;

use serde_json::{Map, Value};

use super::particulars;
use crate::access::action::{SetDefaultSchedule, SetSchedule};
use crate::access::{On, WriteAction};
use crate::backup::retention::Keep;
use crate::backup::{Mode, OnHookError, Policy, Schedule, ScheduleError};
use crate::store::backup_policies::{self, NewPolicy, StoredPolicy};
use crate::store::{Command, Denied, Tx};

/// The actions that say when backups are made: of one app, or of all that follow the default.
pub trait Schedules: WriteAction {}
impl Schedules for SetSchedule {}
impl Schedules for SetDefaultSchedule {}

/// Makes, changes, pauses or removes a policy of backups.
pub struct ChangeBackupPolicy<A> {
    /// `None` for one of the default.
    app_id: Option<i32>,
    change: Change,
    action: PhantomData<A>,
}

enum Change {
    Make(Policy),
    Save(i32, Policy),
    Remove(i32),
}

impl<A: Schedules> ChangeBackupPolicy<A> {
    /// Keeps a policy, in the place of the one that `id` names.
    pub const fn save(app_id: Option<i32>, id: Option<i32>, policy: Policy) -> Self {
        let change = match id {
            Some(id) => Change::Save(id, policy),
            None => Change::Make(policy),
        };
        Self { app_id, change, action: PhantomData }
    }

    /// Removes a policy. What it brought stays.
    pub const fn remove(app_id: Option<i32>, id: i32) -> Self {
        Self { app_id, change: Change::Remove(id), action: PhantomData }
    }
}

impl<A: Schedules> Command for ChangeBackupPolicy<A> {
    type Needs = A;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let change = match self.change {
            Change::Make(_) => "made",
            Change::Save(..) => "changed",
            Change::Remove(_) => "removed",
        };
        particulars([("change", change.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        if self.app_id.is_some() != (A::ON == On::App) {
            return Err(Denied::rule("scope", "this is no schedule of that"));
        }
        let (id, policy) = match self.change {
            Change::Make(policy) => (None, Some(policy)),
            Change::Save(id, policy) => (Some(id), Some(policy)),
            Change::Remove(id) => (Some(id), None),
        };
        if let Some(id) = id {
            let before = backup_policies::policy(tx, id, self.app_id)?;
            let words = policy_of(&before).map_or_else(|why| why.to_string(), |policy| policy.told());
            let before = told(tx, before.repository_id, &words)?;
            tx.detail("schedule", id);
            tx.detail("before", before);
        }
        match (id, policy) {
            (id, Some(policy)) => {
                let refusal = backup_policies::destination(tx, policy.repository)?.map(|place| place.refusal());
                let refusal = refusal.unwrap_or_else(|| "choose a repository".to_owned());
                if !refusal.is_empty() {
                    return Err(Denied::rule("repository", refusal));
                }
                let after = told(tx, policy.repository, &policy.told())?;
                tx.detail("after", after);
                let kept = backup_policies::keep(tx, id, stored(self.app_id, &policy)?)?;
                tx.detail("schedule", kept);
                Ok(())
            }
            (Some(id), None) => backup_policies::remove(tx, id),
            (None, None) => Ok(()),
        }
    }
}

/// A policy with the name of its repository.
fn told(tx: &mut Tx<'_>, repository: i32, policy: &str) -> Result<String, Denied> {
    let place = backup_policies::destination(tx, repository)?;
    Ok(format!("into {}, {policy}", place.map_or_else(|| "a repository that is gone".to_owned(), |place| place.name)))
}

/// The policy that a row is. Words that this Canteen does not know stand for the usual ones.
///
/// # Errors
/// It names no times, such as in a time zone that was struck off the list.
pub fn policy_of(row: &StoredPolicy) -> Result<Policy, ScheduleError> {
    let count = |number: i32| usize::try_from(number).unwrap_or_default();
    Ok(Policy {
        repository: row.repository_id,
        schedule: Schedule::parse(&row.cron, &row.zone)?,
        keep: Keep {
            last: count(row.keep_last),
            hourly: count(row.keep_hourly),
            daily: count(row.keep_daily),
            weekly: count(row.keep_weekly),
            monthly: count(row.keep_monthly),
            yearly: count(row.keep_yearly),
        },
        mode: Mode::parse(&row.mode).unwrap_or_default(),
        on_hook_error: OnHookError::parse(&row.on_hook_error).unwrap_or_default(),
        hook_timeout_s: u32::try_from(row.hook_timeout_s).unwrap_or(Policy::USUAL_HOOK_TIMEOUT_S),
        paused: !row.enabled,
    })
}

/// The row that a policy becomes.
fn stored(app_id: Option<i32>, policy: &Policy) -> Result<NewPolicy, Denied> {
    let number = |count: usize| match i32::try_from(count) {
        Ok(count) if count <= Keep::MOST => Ok(count),
        _ => Err(Denied::rule("keep", format!("write a whole number from 0 to {}", Keep::MOST))),
    };
    let Keep { last, hourly, daily, weekly, monthly, yearly } = policy.keep;
    let timeout = Some(policy.hook_timeout_s).filter(|seconds| Policy::HOOK_TIMEOUTS_S.contains(seconds));
    let timeout = timeout.and_then(|seconds| i32::try_from(seconds).ok());
    Ok(NewPolicy {
        app_id,
        repository_id: policy.repository,
        cron: policy.schedule.cron().to_owned(),
        zone: policy.schedule.place().to_owned(),
        keep_last: number(last)?,
        keep_hourly: number(hourly)?,
        keep_daily: number(daily)?,
        keep_weekly: number(weekly)?,
        keep_monthly: number(monthly)?,
        keep_yearly: number(yearly)?,
        mode: policy.mode.as_str(),
        on_hook_error: policy.on_hook_error.as_str(),
        hook_timeout_s: timeout.ok_or_else(|| Denied::rule("hook_minutes", "a hook may take from 10 seconds to a day"))?,
        enabled: !policy.paused,
    })
}
