use diesel::prelude::*;
use serde_json::Value;

use super::apps::App;
use super::deployments::FORGOTTEN;
use super::schema::{apps, deployments, env_revisions, operations, removed_apps};
use super::{Denied, Result, Store, StoreError, Tx, replicas};
use crate::clock::Millis;

/// What is put behind the name of an app that was removed, with the number of its row: no app can have such a name, so it is free for a
/// new one, and no other removed app is kept under it.
const MARK: &str = "~removed-";

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
    /// The name that it is kept under.
    pub kept_as: String,
}

/// The columns of [`Removed`].
type Columns = (removed_apps::app_id, removed_apps::name, removed_apps::stack, removed_apps::at, removed_apps::by, apps::name);
const COLUMNS: Columns =
    (removed_apps::app_id, removed_apps::name, removed_apps::stack, removed_apps::at, removed_apps::by, apps::name);

/// The name that an app had, of the one that it is kept under; `None` for a name that an app can have.
pub fn had(kept_as: &str) -> Option<&str> {
    kept_as.split_once('~').map(|(name, _)| name)
}

impl Store {
    /// The app that was removed and is kept under this name, or the last one that had it.
    pub async fn removed_app(&self, name: &str) -> Result<Option<(App, Removed)>> {
        let name = name.to_owned();
        self.read(move |c| {
            let query = apps::table.inner_join(removed_apps::table);
            let query = query.filter(apps::name.eq(name.clone()).or(removed_apps::name.eq(name)));
            Ok(query.order(removed_apps::app_id.desc()).select((apps::all_columns, COLUMNS)).first(c).optional()?)
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

/// Refuses what is to change an app that was removed.
pub fn still_there(tx: &mut Tx<'_>, app_id: i32) -> std::result::Result<(), Denied> {
    let query = removed_apps::table.inner_join(apps::table).filter(removed_apps::app_id.eq(app_id)).select(COLUMNS);
    match query.first(tx.connection()).optional()? {
        Some(removed) => Err(Denied::Removed(Box::new(removed))),
        None => Ok(()),
    }
}

/// Takes an app from the list. Its operations and deployments stay, under another name; its settings only if they are to be kept.
pub fn remove(tx: &mut Tx<'_>, app_id: i32, forget_settings: bool) -> std::result::Result<(), Denied> {
    still_there(tx, app_id)?;
    let app: App = apps::table.find(app_id).first(tx.connection())?;
    let (name, stack) = (format!("{}{MARK}{app_id}", app.name), format!("{}{MARK}{app_id}", app.stack));
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
    diesel::update(sent).set(deployments::stack.eq(FORGOTTEN)).execute(tx.connection())?;
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
    use crate::access::{Action, Actor, Grant, Role, Target, Via, action};
    use crate::clock::TestClock;
    use crate::commands::app_new::NewApp;
    use crate::commands::app_remove::RemoveApp;
    use crate::commands::env_save::SaveEnv;
    use crate::ops::order;

    fn may<A: Action>(app: &str) -> Grant<A> {
        let target = if app.is_empty() { Target::Site } else { Target::App(app.to_owned()) };
        Grant::judge(Actor::Member { id: 1, name: "ana".into(), rights: Role::Admin.into(), via: Via::default() }, target).unwrap()
    }

    async fn made(store: &Store, name: &str) -> i32 {
        let (stack, recipe, version) = ("a_b".to_owned(), "pad".to_owned(), "1.0.0".to_owned());
        store
            .commit(&may::<action::NewApp>(""), NewApp { name: name.into(), stack, recipe, version, env: "A=1\n".into() })
            .await
            .unwrap()
    }

    async fn taken(store: &Store, id: i32, name: &str) {
        let gone = RemoveApp { id, stack: "a_b".into(), settings: true, ..RemoveApp::default() };
        store.commit(&may::<action::Remove>(name), gone).await.unwrap();
    }

    #[tokio::test]
    async fn a_name_and_a_stack_are_free_again_and_again() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("canteen.db"), TestClock::at(5)).unwrap();
        // The stack of `a.b` is that of `a_b`, too.
        for name in ["a.b", "a.b", "a_b", "a.b"] {
            let id = made(&store, name).await;
            taken(&store, id, name).await;
            let (app, removed) = store.removed_app(name).await.unwrap().unwrap();
            assert_eq!((removed.app_id, removed.name.as_str(), had(&app.name)), (id, name, Some(name)));
            assert_eq!(store.removed_app(&removed.kept_as).await.unwrap().unwrap().0.id, id);
        }
    }

    #[tokio::test]
    async fn nothing_changes_an_app_that_was_removed() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("canteen.db"), TestClock::at(5)).unwrap();
        let id = made(&store, "a.b").await;
        let asked = store.commit(&may::<action::Undeploy>("a.b"), order::undeploy(id, "a_b".into(), "n".into())).await.unwrap();
        taken(&store, id, "a.b").await;
        let head = store.audit_head().await.unwrap();
        let save = SaveEnv { app_id: id, based_on: 1, text: "A=2\n".into(), changed: vec![], reason: String::new() };
        let saved = store.commit(&may::<action::EditSettings>("a.b"), save).await;
        let again = store.commit(&may::<action::Undeploy>("a.b"), order::undeploy(id, "a_b".into(), "m".into())).await;
        for refused in [saved.map(drop), again.map(drop)] {
            let Err(Denied::Removed(why)) = refused else { panic!("{refused:?}") };
            assert_eq!((why.name.as_str(), why.by.as_str(), why.at), ("a.b", "ana", 5));
        }
        assert_eq!(store.audit_head().await.unwrap(), head);
        let operation = store.operation(asked.begun().unwrap()).await.unwrap().unwrap();
        assert_eq!((operation.app.as_str(), operation.kept_as), ("a.b", Some(format!("a.b~removed-{id}"))));
    }

    #[tokio::test]
    async fn settings_that_are_forgotten_are_in_no_file_any_more() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("canteen.db"), TestClock::at(5)).unwrap();
        let id = made(&store, "a.b").await;
        for (number, text) in [(1, "PASSWORD=hunter2hunter2\n".to_owned()), (2, "KEY=hunter2hunter2\n".repeat(900))] {
            let save = SaveEnv { app_id: id, based_on: number, text, changed: vec![], reason: String::new() };
            store.commit(&may::<action::EditSettings>("a.b"), save).await.unwrap();
        }
        store.checkpoint().await.unwrap();
        let found = || {
            let files = std::fs::read_dir(dir.path()).unwrap().map(|f| std::fs::read(f.unwrap().path()).unwrap());
            files.map(|bytes| bytes.windows(14).filter(|w| w == b"hunter2hunter2").count()).sum::<usize>()
        };
        assert!(found() > 500, "some are cut by the end of a page");
        taken(&store, id, "a.b").await;
        store.checkpoint().await.unwrap();
        assert_eq!(found(), 0);
    }

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
