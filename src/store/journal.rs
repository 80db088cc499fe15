//! Progress of operations. The operation's own audit entry covers what stands here, so these writes have none of their own.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::operations::State;
use super::schema::{operation_events, operations};
use super::{Result, Store};
use crate::clock::Millis;

/// Lines that one operation may write; what comes later is dropped, and one line tells that.
pub const MOST_LINES: i32 = 5000;
/// The level of that line.
pub const FULL: &str = "full";
/// Bytes of one line.
pub const LONGEST_LINE: usize = 2000;

/// One line of an operation's story.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Line {
    pub operation_id: i32,
    /// Counts from 1 for each operation.
    pub seq: i32,
    pub at: Millis,
    /// The step that it belongs to.
    pub step: String,
    /// `begin`, `end`, `fail`, `note`, `warn`, `log`, `progress`, `out`, `err`, `cut`, `ran` or `full`.
    pub level: String,
    pub text: String,
}

impl Store {
    /// The lines after `after`, oldest first.
    pub async fn journal(&self, operation_id: i32, after: i32) -> Result<Vec<Line>> {
        self.read(move |c| {
            let query = operation_events::table
                .filter(operation_events::operation_id.eq(operation_id))
                .filter(operation_events::seq.gt(after))
                .order(operation_events::seq);
            Ok(query.load(c)?)
        })
        .await
    }

    /// All lines of one level, oldest first.
    pub async fn journal_of(&self, operation_id: i32, level: &'static str) -> Result<Vec<Line>> {
        self.read(move |c| {
            let query = operation_events::table.filter(operation_events::operation_id.eq(operation_id));
            Ok(query.filter(operation_events::level.eq(level)).order(operation_events::seq).load(c)?)
        })
        .await
    }

    /// Writes one line.
    pub async fn write_line(&self, operation_id: i32, step: &str, level: &str, text: &str) -> Result<()> {
        let (now, step, level) = (self.clock().now(), step.to_owned(), level.to_owned());
        let text: String = text.chars().take(LONGEST_LINE).collect();
        let written = self.inner.writer.run(move |c| insert(c, operation_id, now, &step, &level, &text)).await?;
        self.inner.room.heard(written)
    }

    /// Takes an operation that waits, or takes one up again that a restart left behind. `false` if somebody was faster.
    pub async fn begin_operation(&self, id: i32) -> Result<bool> {
        let now = self.clock().now();
        let taken = self.inner.writer.run(move |c| {
            diesel::update(
                operations::table.find(id).filter(operations::state.eq_any([State::Queued.as_str(), State::Running.as_str()])),
            )
            .set((
                operations::state.eq(State::Running.as_str()),
                operations::started_at.eq(diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::BigInt>>(
                    "COALESCE(started_at, ",
                )
                .bind::<diesel::sql_types::BigInt, _>(now)
                .sql(")")),
                operations::attempts.eq(operations::attempts + 1),
            ))
            .execute(c)
        });
        Ok(self.inner.room.heard(taken.await?)? > 0)
    }

    /// Notes, durably and before it happens, that an operation begins to change the Swarm.
    pub async fn mark_touched(&self, id: i32) -> Result<()> {
        let mark =
            move |c: &mut SqliteConnection| diesel::update(operations::table.find(id)).set(operations::touched.eq(true)).execute(c);
        self.inner.room.heard(self.inner.writer.run(mark).await?).map(drop)
    }

    /// Makes what was written so far part of the main file.
    pub async fn checkpoint(&self) -> Result<()> {
        self.inner.writer.run(|c| c.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")).await??;
        Ok(())
    }
}

fn insert(c: &mut SqliteConnection, id: i32, now: Millis, step: &str, level: &str, text: &str) -> QueryResult<()> {
    let last: Option<i32> = operation_events::table
        .filter(operation_events::operation_id.eq(id))
        .select(diesel::dsl::max(operation_events::seq))
        .first(c)?;
    let seq = last.unwrap_or(0) + 1;
    // Where a step ends is always written: without it the story would have no end. So is that something was left out of it, and how a
    // command ended.
    let always = matches!(level, "begin" | "end" | "fail" | "cut" | "ran" | "stopped");
    let full = seq > MOST_LINES && !always;
    if full {
        let late =
            operation_events::table.filter(operation_events::operation_id.eq(id)).filter(operation_events::seq.gt(MOST_LINES));
        let told: i64 = late.filter(operation_events::level.eq(FULL)).count().get_result(c)?;
        if told > 0 {
            return Ok(());
        }
    }
    let (level, text) = if full { (FULL, "More was said from here on than is kept") } else { (level, text) };
    let row = (
        operation_events::operation_id.eq(id),
        operation_events::seq.eq(seq),
        operation_events::at.eq(now),
        operation_events::step.eq(step),
        operation_events::level.eq(level),
        operation_events::text.eq(text),
    );
    diesel::insert_into(operation_events::table).values(row).execute(c)?;
    Ok(())
}
