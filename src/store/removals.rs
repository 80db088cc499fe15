use diesel::prelude::*;
use serde_json::Value;

use super::apps::App;
use super::schema::{apps, deployments, env_revisions, operations, removed_apps};
use super::{Denied, Result, Store, StoreError, Tx, replicas};
use crate::clock::Millis;

/// What is put behind the name of an app that was removed: no app can have such a name, so it is free for a new one.
const MARK: &str = "~removed";

/// An app that was removed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Removed {
    pub app_id: i32,
    /// The name that it had.
    pub name: String,
    /// The stack's name that it had.
    pub stack: String,
    pub at: Millis,
    /// Who removed it.
    pub by: String,
}

impl Store {
    /// The app that was removed and is kept under this name, or the last one that had it.
    pub async fn removed_app(&self, name: &str) -> Result<Option<(App, Removed)>> {
        let name = name.to_owned();
        self.read(move |c| {
            let query = apps::table.inner_join(removed_apps::table);
            let query = query.filter(apps::name.eq(name.clone()).or(removed_apps::name.eq(name)));
            Ok(query.order(removed_apps::app_id.desc()).first(c).optional()?)
        })
        .await
    }

    /// Whether this app was removed.
    pub async fn is_removed(&self, app_id: i32) -> Result<bool> {
        self.read(move |c| {
            let found: i64 = removed_apps::table.filter(removed_apps::app_id.eq(app_id)).count().get_result(c)?;
            Ok(found > 0)
        })
        .await
    }
}

/// Takes an app from the list. Its operations and deployments stay, under another name; its settings only if they are to be kept.
pub fn remove(tx: &mut Tx<'_>, app_id: i32, forget_settings: bool) -> std::result::Result<(), Denied> {
    let app: App = apps::table.find(app_id).first(tx.connection())?;
    let before: i64 = removed_apps::table.filter(removed_apps::name.eq(&app.name)).count().get_result(tx.connection())?;
    let mark = if before == 0 { MARK.to_owned() } else { format!("{MARK}{}", before + 1) };
    let (name, stack) = (format!("{}{mark}", app.name), format!("{}{mark}", app.stack));
    diesel::update(apps::table.find(app_id)).set((apps::name.eq(name), apps::stack.eq(stack))).execute(tx.connection())?;
    let row = (
        removed_apps::app_id.eq(app_id),
        removed_apps::name.eq(app.name),
        removed_apps::stack.eq(app.stack),
        removed_apps::at.eq(tx.now()),
        removed_apps::by.eq(tx.actor().name().to_owned()),
    );
    diesel::insert_into(removed_apps::table).values(row).execute(tx.connection())?;
    replicas::forget(tx, app_id)?;
    if forget_settings {
        forget(tx, app_id)?;
    }
    Ok(())
}

/// The settings themselves, and all objects that they were written into.
fn forget(tx: &mut Tx<'_>, app_id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(env_revisions::table.filter(env_revisions::app_id.eq(app_id))).execute(tx.connection())?;
    let sent = deployments::table.filter(deployments::app_id.eq(app_id));
    diesel::update(sent).set(deployments::stack.eq("{}")).execute(tx.connection())?;
    let wanted: Vec<(i32, String)> = operations::table
        .filter(operations::app_id.eq(app_id))
        .select((operations::id, operations::wanted))
        .load(tx.connection())?;
    for (id, text) in wanted {
        let Ok(mut value) = serde_json::from_str::<Value>(&text) else { continue };
        if !empty_objects(&mut value) {
            continue;
        }
        let text = serde_json::to_string(&value).map_err(|e| StoreError::Unreadable(e.to_string()))?;
        diesel::update(operations::table.find(id)).set(operations::wanted.eq(text)).execute(tx.connection())?;
    }
    Ok(())
}

/// Empties the lists of every desired stack within; tells whether there was one.
fn empty_objects(value: &mut Value) -> bool {
    let Some(fields) = value.as_object_mut() else { return false };
    let mut found = false;
    for (name, value) in fields {
        match value.as_object_mut() {
            Some(desired) if name == "desired" => {
                desired.values_mut().filter_map(Value::as_array_mut).for_each(Vec::clear);
                found = true;
            }
            _ => found |= empty_objects(value),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_stays_readable_without_its_objects() {
        let mut wanted = serde_json::json!({
            "kind": "scale",
            "adjusted": { "desired": { "stack": "pad", "services": [{ "Env": ["A=1"] }] }, "others": ["pad_db"] },
        });
        assert!(empty_objects(&mut wanted));
        let left = serde_json::json!({
            "kind": "scale", "adjusted": { "desired": { "stack": "pad", "services": [] }, "others": ["pad_db"] },
        });
        assert_eq!(wanted, left);
        assert!(!empty_objects(&mut serde_json::json!({ "kind": "undeploy", "stack": "pad" })));
    }
}
