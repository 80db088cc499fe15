//! Small facts that change by themselves and say nothing about what anybody did: no entry is written for them.

use diesel::prelude::*;

use super::escrow::KEPT_MS;
use super::recipes::{PROBLEM, READ_AT, SWEPT_AT};
use super::schema::{accounts, known_tags, letters, links, meta, recipe_listings, recipes, secret_escrow, sessions, tokens};
use super::sessions::{ABSOLUTE_MS, IDLE_MS};
use super::tag_alarms::{Tags, known};
use super::{Result, Store};
use crate::clock::Millis;

/// A catalogue's line about a recipe.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    pub name: String,
    pub origin: String,
    pub category: String,
    pub description: String,
    pub newest: String,
    pub status: Option<i32>,
    /// How well it is packaged, as JSON.
    pub quality: String,
    /// All that the catalogue says, as JSON.
    pub entry: String,
}

/// What a fetch found in a recipe.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    pub newest: String,
    /// What the recipe's README says, for recipes that a member added; the catalogue speaks for the others.
    pub told: Option<Told>,
}

/// What a README says.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub description: String,
    pub category: String,
    pub status: Option<i32>,
    /// How well it is packaged, as JSON.
    pub quality: String,
}

impl Store {
    /// Notes that a session was used.
    pub async fn touch_session(&self, id: i32, now: Millis) -> Result<()> {
        let change = move |c: &mut SqliteConnection| {
            let whose = sessions::table.find(id).select(sessions::member_id);
            diesel::update(accounts::table.filter(accounts::member_id.eq_any(whose))).set(accounts::seen_at.eq(now)).execute(c)?;
            diesel::update(sessions::table.find(id)).set(sessions::last_active_at.eq(now)).execute(c)
        };
        self.inner.writer.run(change).await??;
        Ok(())
    }

    /// Notes when an API token was used last, and from where.
    pub async fn touch_token(&self, id: i32, now: Millis, ip: &str) -> Result<()> {
        let ip = ip.to_owned();
        let change = move |c: &mut SqliteConnection| {
            let used = (tokens::last_used_at.eq(now), tokens::last_used_ip.eq(ip));
            diesel::update(tokens::table.find(id)).set(used).execute(c)
        };
        self.inner.writer.run(change).await??;
        Ok(())
    }

    /// Removes sessions that are over.
    pub async fn sweep_sessions(&self, now: Millis) -> Result<usize> {
        let over = sessions::created_at.le(now - ABSOLUTE_MS).or(sessions::last_active_at.le(now - IDLE_MS));
        Ok(self.inner.writer.run(move |c| diesel::delete(sessions::table.filter(over)).execute(c)).await??)
    }

    /// Removes links that are too old to work.
    pub async fn sweep_links(&self, now: Millis) -> Result<usize> {
        let old = links::table.filter(links::expires_at.le(now));
        Ok(self.inner.writer.run(move |c| diesel::delete(old).execute(c)).await??)
    }

    /// Notes which kept secrets are gone from the Swarm, and lets go of those that have been for long. `present` are the ids of all
    /// secrets that are there.
    pub async fn sweep_escrow(&self, present: Vec<String>, now: Millis) -> Result<usize> {
        let change = move |c: &mut SqliteConnection| {
            c.immediate_transaction(|c| {
                let kept = secret_escrow::table.select((secret_escrow::id, secret_escrow::swarm_id, secret_escrow::gone_at));
                for (id, swarm_id, gone_at) in kept.load::<(i32, String, Option<Millis>)>(c)? {
                    let gone = if present.contains(&swarm_id) { None } else { gone_at.or(Some(now)) };
                    if gone != gone_at {
                        diesel::update(secret_escrow::table.find(id)).set(secret_escrow::gone_at.eq(gone)).execute(c)?;
                    }
                }
                diesel::delete(secret_escrow::table.filter(secret_escrow::gone_at.le(now - KEPT_MS))).execute(c)
            })
        };
        Ok(self.inner.writer.run(change).await??)
    }

    /// A letter was sent, or is given up.
    pub async fn letter_done(&self, id: i32) -> Result<()> {
        self.inner.writer.run(move |c| diesel::delete(letters::table.find(id)).execute(c)).await??;
        Ok(())
    }

    /// Notes why a letter could not be sent, and when it is tried again.
    pub async fn letter_failed(&self, id: i32, tries: i32, due_at: Millis, problem: &str) -> Result<()> {
        let row = (letters::tries.eq(tries), letters::due_at.eq(due_at), letters::problem.eq(problem.to_owned()));
        self.inner.writer.run(move |c| diesel::update(letters::table.find(id)).set(row).execute(c)).await??;
        Ok(())
    }

    /// Takes over what the catalogue says now. Recipes that a member added are left alone.
    pub async fn list_recipes(&self, listed: Vec<Listed>) -> Result<()> {
        let now = self.clock().now();
        let change = move |c: &mut SqliteConnection| {
            c.immediate_transaction(|c| {
                list(c, listed)?;
                remember(c, PROBLEM, "")?;
                remember(c, READ_AT, &now.to_string())
            })
        };
        Ok(self.inner.writer.run(change).await??)
    }

    /// Notes why the catalogue could not be read.
    pub async fn note_catalogue_problem(&self, problem: &str) -> Result<()> {
        let problem = problem.to_owned();
        Ok(self.inner.writer.run(move |c| remember(c, PROBLEM, &problem)).await??)
    }

    /// Tries whether anything can be written.
    pub async fn try_to_write(&self) -> Result<()> {
        let now = self.clock().now().to_string();
        self.inner.room.heard(self.inner.writer.run(move |c| remember(c, "written_at", &now)).await?)
    }

    /// Notes that all recipes were fetched.
    pub async fn note_sweep(&self) -> Result<()> {
        let now = self.clock().now().to_string();
        Ok(self.inner.writer.run(move |c| remember(c, SWEPT_AT, &now)).await??)
    }

    /// Notes where tags lead that were not known. What is known of the others stays: whether they changed is for an alarm to say.
    pub async fn note_tags(&self, recipe: &str, tags: Tags) -> Result<()> {
        let recipe = recipe.to_owned();
        Ok(self.inner.writer.run(move |c| c.immediate_transaction(|c| learn(c, &recipe, &tags))).await??)
    }

    /// Notes how a fetch of a recipe went: what was found, or why it failed. What was known before stays known after a failure.
    pub async fn note_refresh(&self, name: &str, fetched: std::result::Result<Fetched, String>) -> Result<()> {
        let (name, now) = (name.to_owned(), self.clock().now());
        Ok(self.inner.writer.run(move |c| c.immediate_transaction(|c| refreshed(c, &name, now, fetched))).await??)
    }
}

fn refreshed(c: &mut SqliteConnection, name: &str, now: Millis, fetched: std::result::Result<Fetched, String>) -> QueryResult<()> {
    let row = recipes::table.find(name);
    let Fetched { newest, told } = match fetched {
        Ok(fetched) => fetched,
        Err(problem) => return diesel::update(row).set(recipes::problem.eq(problem)).execute(c).map(drop),
    };
    let found = (recipes::problem.eq(""), recipes::refreshed_at.eq(now), recipes::newest.eq(newest));
    diesel::update(row).set(found).execute(c)?;
    if let Some(told) = told {
        let told = (
            recipes::description.eq(told.description),
            recipes::category.eq(told.category),
            recipes::status.eq(told.status),
            recipes::quality.eq(told.quality),
        );
        diesel::update(row.filter(recipes::source.eq("member"))).set(told).execute(c)?;
    }
    Ok(())
}

fn learn(c: &mut SqliteConnection, recipe: &str, tags: &Tags) -> QueryResult<()> {
    let known = known(c, recipe)?;
    for (tag, leads_to) in tags {
        let before = known.iter().find(|known| known.tag == *tag);
        // One that was gone and is back as it was is as good as before.
        if before.is_none_or(|known| known.gone && known.leads_to == *leads_to) {
            let row = (known_tags::recipe.eq(recipe), known_tags::tag.eq(tag), known_tags::leads_to.eq(leads_to));
            diesel::replace_into(known_tags::table).values((row, known_tags::gone.eq(false))).execute(c)?;
        }
    }
    Ok(())
}

fn remember(c: &mut SqliteConnection, key: &str, value: &str) -> QueryResult<()> {
    diesel::replace_into(meta::table).values((meta::key.eq(key), meta::value.eq(value))).execute(c).map(drop)
}

fn list(c: &mut SqliteConnection, listed: Vec<Listed>) -> QueryResult<()> {
    diesel::delete(recipe_listings::table).execute(c)?;
    for one in listed {
        let entry = (recipe_listings::name.eq(&one.name), recipe_listings::entry.eq(one.entry));
        diesel::replace_into(recipe_listings::table).values(entry).execute(c)?;
        let told = (
            recipes::origin.eq(one.origin),
            recipes::category.eq(one.category),
            recipes::description.eq(one.description),
            recipes::status.eq(one.status),
            recipes::quality.eq(one.quality),
        );
        let newest = recipes::newest.eq(one.newest);
        let made = diesel::insert_or_ignore_into(recipes::table)
            .values((recipes::name.eq(&one.name), recipes::source.eq("catalogue"), newest.clone(), told.clone()))
            .execute(c)?;
        if made == 0 {
            let row = recipes::table.find(&one.name).filter(recipes::source.eq("catalogue"));
            diesel::update(row).set(told).execute(c)?;
            // A mirror knows better than the catalogue, which may be older than it.
            diesel::update(row.filter(recipes::refreshed_at.is_null())).set(newest).execute(c)?;
        }
    }
    Ok(())
}
