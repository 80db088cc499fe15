use diesel::prelude::*;

use super::schema::chosen_replicas;
use super::{Denied, Result, Store, Tx, removals};
use crate::clock::Millis;

/// How many tasks somebody wants a service to have, whatever the recipe says.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Chosen {
    pub app_id: i32,
    /// The service's short name.
    pub service: String,
    pub count: i32,
    pub at: Millis,
    /// Who chose it.
    pub by: String,
}

impl Chosen {
    /// The number as the Swarm counts.
    pub fn replicas(&self) -> u64 {
        u64::try_from(self.count).unwrap_or_default()
    }
}

impl Store {
    /// What was chosen for an app's services, by name.
    pub async fn chosen_replicas(&self, app_id: i32) -> Result<Vec<Chosen>> {
        self.read(move |c| {
            let query = chosen_replicas::table.filter(chosen_replicas::app_id.eq(app_id));
            Ok(query.order(chosen_replicas::service).load(c)?)
        })
        .await
    }
}

/// Keeps what was chosen for a service; `None` goes back to the recipe's number.
pub fn choose(tx: &mut Tx<'_>, app_id: i32, service: &str, count: Option<u64>) -> std::result::Result<(), Denied> {
    removals::still_there(tx, app_id)?;
    let same = chosen_replicas::app_id.eq(app_id).and(chosen_replicas::service.eq(service.to_owned()));
    diesel::delete(chosen_replicas::table.filter(same)).execute(tx.connection())?;
    if let Some(count) = count {
        let count = i32::try_from(count).map_err(|_large| Denied::rule("too-many", "so many tasks are too many"))?;
        let row = (
            chosen_replicas::app_id.eq(app_id),
            chosen_replicas::service.eq(service),
            chosen_replicas::count.eq(count),
            chosen_replicas::at.eq(tx.now()),
            chosen_replicas::by.eq(tx.actor().name().to_owned()),
        );
        diesel::insert_into(chosen_replicas::table).values(row).execute(tx.connection())?;
    }
    Ok(())
}

/// Forgets everything that was chosen for an app.
pub fn forget(tx: &mut Tx<'_>, app_id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(chosen_replicas::table.filter(chosen_replicas::app_id.eq(app_id))).execute(tx.connection())?;
    Ok(())
}
