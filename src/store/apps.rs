use diesel::prelude::*;

use super::schema::{apps, env_revisions, removed_apps};
use super::{Denied, Result, Store, Tx, removals};
use crate::clock::Millis;

/// One deployed recipe, or one that is to be deployed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct App {
    pub id: i32,
    /// Its address, which is also its name.
    pub name: String,
    pub stack: String,
    pub recipe: String,
    /// The version that is chosen for the next deploy.
    pub version: String,
    /// The newest revision of its settings.
    pub env_number: i32,
    pub created_at: Millis,
}

/// An app's settings as they were saved once.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct EnvRevision {
    pub id: i32,
    pub app_id: i32,
    /// Counts from 1 for each app.
    pub number: i32,
    /// The file, byte for byte.
    pub text: String,
    pub at: Millis,
    pub by: String,
    pub reason: String,
}

impl Store {
    /// All apps by name.
    pub async fn apps(&self) -> Result<Vec<App>> {
        self.read(|c| {
            let removed = removed_apps::table.select(removed_apps::app_id);
            Ok(apps::table.filter(apps::id.ne_all(removed)).order(apps::name).load(c)?)
        })
        .await
    }

    /// One app. One that was removed is not found.
    pub async fn app(&self, name: &str) -> Result<Option<App>> {
        let name = name.to_owned();
        self.read(move |c| {
            let removed = removed_apps::table.select(removed_apps::app_id);
            Ok(apps::table.filter(apps::name.eq(name)).filter(apps::id.ne_all(removed)).first(c).optional()?)
        })
        .await
    }

    /// The app that has this stack name.
    pub async fn app_of_stack(&self, stack: &str) -> Result<Option<App>> {
        let stack = stack.to_owned();
        self.read(move |c| Ok(apps::table.filter(apps::stack.eq(stack)).first(c).optional()?)).await
    }

    /// One app by its row id, be it removed.
    pub async fn app_by_id(&self, id: i32) -> Result<Option<App>> {
        self.read(move |c| Ok(apps::table.find(id).first(c).optional()?)).await
    }

    /// One revision of an app's settings.
    pub async fn env_revision(&self, app_id: i32, number: i32) -> Result<Option<EnvRevision>> {
        self.read(move |c| {
            let query = env_revisions::table.filter(env_revisions::app_id.eq(app_id)).filter(env_revisions::number.eq(number));
            Ok(query.first(c).optional()?)
        })
        .await
    }
}

/// What a new app starts with.
pub struct NewApp<'a> {
    pub name: &'a str,
    pub stack: &'a str,
    pub recipe: &'a str,
    pub version: &'a str,
    pub env: &'a str,
}

/// Adds an app with the first revision of its settings. Refuses a name or a stack name that another app has.
pub fn insert(tx: &mut Tx<'_>, new: &NewApp<'_>) -> std::result::Result<i32, Denied> {
    let same: Option<String> = apps::table
        .filter(apps::name.eq(new.name).or(apps::stack.eq(new.stack)))
        .select(apps::name)
        .first(tx.connection())
        .optional()?;
    if let Some(other) = same {
        // Whose it is, only those are told who may see it.
        let other = if tx.actor().sight().has(&other) { format!("the app {other}") } else { "another app".to_owned() };
        return Err(Denied::rule("address-taken", format!("{other} has this address, or one that makes the same stack name")));
    }
    let row = (
        apps::name.eq(new.name),
        apps::stack.eq(new.stack),
        apps::recipe.eq(new.recipe),
        apps::version.eq(new.version),
        apps::env_number.eq(1),
        apps::created_at.eq(tx.now()),
    );
    let id = diesel::insert_into(apps::table).values(row).returning(apps::id).get_result(tx.connection())?;
    insert_revision(tx, id, 1, new.env, "")?;
    Ok(id)
}

/// Saves the settings anew if nobody else did so since revision `based_on`, and nobody removed the app. Returns the new number.
pub fn save_env(tx: &mut Tx<'_>, app_id: i32, based_on: i32, text: &str, reason: &str) -> std::result::Result<i32, Denied> {
    removals::still_there(tx, app_id)?;
    let newest: i32 = apps::table.find(app_id).select(apps::env_number).first(tx.connection())?;
    if newest != based_on {
        return Err(Denied::rule("edited-meanwhile", "somebody saved these settings while you were editing them"));
    }
    let number = newest + 1;
    insert_revision(tx, app_id, number, text, reason)?;
    diesel::update(apps::table.find(app_id)).set(apps::env_number.eq(number)).execute(tx.connection())?;
    Ok(number)
}

/// Notes the version that the next deploy is to have.
pub fn set_version(tx: &mut Tx<'_>, app_id: i32, version: &str) -> std::result::Result<(), Denied> {
    removals::still_there(tx, app_id)?;
    diesel::update(apps::table.find(app_id)).set(apps::version.eq(version)).execute(tx.connection())?;
    Ok(())
}

fn insert_revision(tx: &mut Tx<'_>, app_id: i32, number: i32, text: &str, reason: &str) -> std::result::Result<(), Denied> {
    let row = (
        env_revisions::app_id.eq(app_id),
        env_revisions::number.eq(number),
        env_revisions::text.eq(text),
        env_revisions::at.eq(tx.now()),
        env_revisions::by.eq(tx.actor().name().to_owned()),
        env_revisions::reason.eq(reason),
    );
    diesel::insert_into(env_revisions::table).values(row).execute(tx.connection())?;
    Ok(())
}
