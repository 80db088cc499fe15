//! Small facts that change by themselves and say nothing about what anybody did: no entry is written for them.

use diesel::prelude::*;

use super::schema::{recipes, sessions};
use super::sessions::{ABSOLUTE_MS, IDLE_MS};
use super::{Result, Store};
use crate::clock::Millis;

/// A catalogue's line about a recipe.
#[derive(Clone, Debug)]
pub struct Listed {
    pub name: String,
    pub origin: String,
    pub category: String,
    pub description: String,
    pub newest: String,
    pub status: Option<i32>,
}

impl Store {
    /// Notes that a session was used.
    pub async fn touch_session(&self, id: i32, now: Millis) -> Result<()> {
        let change = move |c: &mut SqliteConnection| {
            diesel::update(sessions::table.find(id)).set(sessions::last_active_at.eq(now)).execute(c)
        };
        self.inner.writer.run(change).await??;
        Ok(())
    }

    /// Removes sessions that are over.
    pub async fn sweep_sessions(&self, now: Millis) -> Result<usize> {
        let over = sessions::created_at.le(now - ABSOLUTE_MS).or(sessions::last_active_at.le(now - IDLE_MS));
        Ok(self.inner.writer.run(move |c| diesel::delete(sessions::table.filter(over)).execute(c)).await??)
    }

    /// Takes over what the catalogue says. Recipes that a member added are left alone.
    pub async fn list_recipes(&self, listed: Vec<Listed>) -> Result<()> {
        self.inner.writer.run(move |c| c.immediate_transaction(|c| list(c, listed))).await??;
        Ok(())
    }

    /// Notes how a fetch of a recipe went; `problem` is empty if it went well.
    pub async fn note_refresh(&self, name: &str, at: Millis, newest: &str, description: &str, problem: &str) -> Result<()> {
        let (name, newest, description, problem) = (name.to_owned(), newest.to_owned(), description.to_owned(), problem.to_owned());
        self.inner
            .writer
            .run(move |c| {
                let row = recipes::table.find(name);
                diesel::update(row.clone()).set(recipes::problem.eq(&problem)).execute(c)?;
                if problem.is_empty() {
                    diesel::update(row.clone()).set((recipes::refreshed_at.eq(at), recipes::newest.eq(newest))).execute(c)?;
                    if !description.is_empty() {
                        diesel::update(row).set(recipes::description.eq(description)).execute(c)?;
                    }
                }
                QueryResult::Ok(())
            })
            .await??;
        Ok(())
    }
}

fn list(c: &mut SqliteConnection, listed: Vec<Listed>) -> QueryResult<()> {
    for one in listed {
        let told = (
            recipes::origin.eq(one.origin),
            recipes::category.eq(one.category),
            recipes::description.eq(one.description),
            recipes::newest.eq(one.newest),
            recipes::status.eq(one.status),
        );
        let made = diesel::insert_or_ignore_into(recipes::table)
            .values((recipes::name.eq(&one.name), recipes::source.eq("catalogue"), told.clone()))
            .execute(c)?;
        if made == 0 {
            let row = recipes::table.find(&one.name).filter(recipes::source.eq("catalogue"));
            diesel::update(row).set(told).execute(c)?;
        }
    }
    Ok(())
}
