//! What the apps of the dashboard claim whether they are deployed or not: names on the Swarm, and addresses.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::envfile::EnvFile;
use crate::stack::observed::Neighbour;
use crate::stack::policy::claimed;
use crate::store::{Store, StoreError};

/// Reads the apps. Settings are read once for each revision.
pub struct Claims {
    store: Store,
    /// Addresses by app and revision.
    kept: Mutex<BTreeMap<(i32, i32), Vec<String>>>,
}

impl Claims {
    /// Nothing is read yet.
    pub fn new(store: Store) -> Self {
        Self { store, kept: Mutex::default() }
    }

    /// All apps, as they are now.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn all(&self) -> Result<Vec<Neighbour>, StoreError> {
        let (mut before, mut kept) = (self.taken(), BTreeMap::new());
        let mut found = vec![];
        for app in self.store.apps().await? {
            let key = (app.id, app.env_number);
            let domains = match before.remove(&key) {
                Some(domains) => domains,
                None => self.domains(key).await?,
            };
            kept.insert(key, domains.clone());
            found.push(Neighbour { stack: app.stack, recipe: app.recipe, domains });
        }
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(found)
    }

    fn taken(&self) -> BTreeMap<(i32, i32), Vec<String>> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Settings that can't be read claim nothing: nothing can be deployed with them either.
    async fn domains(&self, (app, number): (i32, i32)) -> Result<Vec<String>, StoreError> {
        let revision = self.store.env_revision(app, number).await?;
        let env = revision.and_then(|revision| EnvFile::parse(&revision.text).ok());
        Ok(env.map(|env| claimed(&env.values())).unwrap_or_default())
    }
}
