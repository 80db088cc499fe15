//! What is done to repositories beside backups, and where the dashboard ran.

use diesel::prelude::*;

use super::schema::{dashboard_hosts, repository_upkeep as u};
use super::{Denied, Result, Store, Tx};
use crate::clock::Millis;

/// So many of a repository are looked at: more than a year of them.
const SHOWN: i64 = 200;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct UpkeepRow {
    pub id: i32,
    pub repository: i32,
    /// `structure`, `data` or `prune`.
    pub work: String,
    /// Which part of the data; 0 for all else.
    pub part: i32,
    pub asked_at: Millis,
    /// Empty where its time had come.
    pub asked_by: String,
    pub began: Option<Millis>,
    pub ended: Option<Millis>,
    /// `done`, `damaged`, `failed` or `lost`; empty while it is not over.
    pub outcome: String,
    /// What came out, for people.
    pub told: String,
}

impl Store {
    /// What was and is done to a repository, the newest first.
    pub async fn upkeep(&self, repository: i32) -> Result<Vec<UpkeepRow>> {
        let newest = u::table.filter(u::repository_id.eq(repository)).order(u::id.desc()).limit(SHOWN);
        self.read(move |c| Ok(newest.load(c)?)).await
    }

    /// Names of all machines that the dashboard ran on.
    pub async fn dashboard_hosts(&self) -> Result<Vec<String>> {
        self.read(|c| Ok(dashboard_hosts::table.select(dashboard_hosts::host).load(c)?)).await
    }
}

/// Somebody wants it, or its time has come. Nothing new where the same waits already.
pub fn ask(tx: &mut Tx<'_>, repository: i32, work: &'static str, by: &str) -> std::result::Result<i32, Denied> {
    let waits = u::table.filter(u::repository_id.eq(repository)).filter(u::work.eq(work)).filter(u::ended_at.is_null());
    if let Some(id) = waits.select(u::id).first(tx.connection()).optional()? {
        return Ok(id);
    }
    let row = (u::repository_id.eq(repository), u::work.eq(work), u::part.eq(0), u::asked_at.eq(tx.now()), u::asked_by.eq(by));
    Ok(diesel::insert_into(u::table).values(row).returning(u::id).get_result(tx.connection())?)
}

/// It begins.
pub fn begin(tx: &mut Tx<'_>, id: i32, part: u32) -> std::result::Result<(), Denied> {
    let row = (u::part.eq(i32::try_from(part).unwrap_or_default()), u::began_at.eq(tx.now()));
    diesel::update(u::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// It is over.
pub fn end(tx: &mut Tx<'_>, id: i32, outcome: &'static str, told: &str) -> std::result::Result<(), Denied> {
    let row = (u::ended_at.eq(tx.now()), u::outcome.eq(outcome), u::told.eq(told));
    diesel::update(u::table.find(id)).set(row).execute(tx.connection())?;
    Ok(())
}

/// The dashboard runs on a machine of this name.
pub fn runs_on(tx: &mut Tx<'_>, host: &str) -> std::result::Result<(), Denied> {
    let row = (dashboard_hosts::host.eq(host), dashboard_hosts::first_at.eq(tx.now()));
    diesel::insert_or_ignore_into(dashboard_hosts::table).values(row).execute(tx.connection())?;
    Ok(())
}
