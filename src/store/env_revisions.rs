//! The history of an app's settings, without the texts.

use diesel::prelude::*;

use super::schema::env_revisions;
use super::{Result, Store};
use crate::clock::Millis;

/// One saved revision: who, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct RevisionHead {
    /// Counts from 1 for each app.
    pub number: i32,
    pub at: Millis,
    pub by: String,
    /// Empty if nobody gave one.
    pub reason: String,
}

impl Store {
    /// The newest revisions of an app's settings, newest first; with `before` only those that are older than that number.
    pub async fn env_revisions(&self, app_id: i32, before: Option<i32>, limit: i64) -> Result<Vec<RevisionHead>> {
        self.read(move |c| {
            let mut query = env_revisions::table
                .filter(env_revisions::app_id.eq(app_id))
                .order(env_revisions::number.desc())
                .limit(limit)
                .select((env_revisions::number, env_revisions::at, env_revisions::by, env_revisions::reason))
                .into_boxed();
            if let Some(number) = before {
                query = query.filter(env_revisions::number.lt(number));
            }
            Ok(query.load(c)?)
        })
        .await
    }
}
