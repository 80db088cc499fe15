use std::sync::Arc;

use super::apps::App;
use super::operations::Operation;
use super::overview::Overview;
use super::{Result, Store};
use crate::access::{Actor, Sight};

/// The database as far as somebody may see it. Pages read lists, counts and whatever is asked for by its number from here: what belongs
/// to an app that they can't see is not there.
pub struct Seen<'a> {
    store: &'a Store,
    sight: Sight,
}

impl Store {
    /// What this actor may see.
    pub fn seen_by(&self, actor: &Actor) -> Seen<'_> {
        Seen { store: self, sight: actor.sight() }
    }
}

impl Seen<'_> {
    /// Whether an app of this name is among what may be seen.
    pub fn has(&self, app: &str) -> bool {
        self.sight.has(app)
    }

    /// Apps by name.
    pub async fn apps(&self) -> Result<Vec<App>> {
        let mut apps = self.store.apps().await?;
        apps.retain(|app| self.sight.has(&app.name));
        Ok(apps)
    }

    /// The overview, without the rest.
    pub async fn overview(&self) -> Result<Arc<Overview>> {
        let whole = self.store.overview().await?;
        if self.sight == Sight::All {
            return Ok(whole);
        }
        let apps = whole.apps.iter().filter(|app| self.sight.has(&app.name)).cloned().collect();
        let live = whole.live.iter().filter(|app| self.sight.has(app)).cloned().collect();
        Ok(Arc::new(Overview { apps, live, alarms: vec![] }))
    }

    /// How many operations have not ended.
    pub async fn running(&self) -> Result<usize> {
        let whole = self.store.overview().await?;
        Ok(whole.live.iter().filter(|app| self.sight.has(app)).count())
    }

    /// One operation.
    pub async fn operation(&self, id: i32) -> Result<Option<Operation>> {
        let found = self.store.operation(id).await?;
        Ok(found.filter(|operation| self.sight.has(operation.kept_as.as_ref().unwrap_or(&operation.app))))
    }

    /// The newest operations, newest first; with `app` only those on it, with `before` only those that are older than that one.
    pub async fn operations(&self, app: Option<i32>, before: Option<i32>, limit: i64) -> Result<Vec<Operation>> {
        self.store.operations_in(self.sight.clone(), app, before, limit).await
    }
}
