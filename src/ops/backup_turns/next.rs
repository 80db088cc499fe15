use std::collections::BTreeSet;

use super::rules::{Rule, rules};
use crate::backup::due;
use crate::clock::Millis;
use crate::store::{Store, StoreError};

/// The rules that a backup is to be asked for now, in a dashboard that is up since `up_since`: the oldest first, one for each app at
/// most. Apps that something else is done to, and those of which nothing was ever deployed, are passed over; their turn stays.
///
/// # Errors
/// The database can't be read.
pub async fn due_rules(store: &Store, up_since: Millis) -> Result<Vec<Rule>, StoreError> {
    let mut rules = rules(store).await?;
    let deployed: BTreeSet<i32> = store.deployed_versions().await?.into_iter().map(|deployed| deployed.app_id).collect();
    rules.retain(|rule| deployed.contains(&rule.app.app_id));
    let busy: BTreeSet<i32> = store.live_operations().await?.into_iter().map(|operation| operation.app_id).collect();
    let turns: Vec<_> = rules.iter().map(Rule::turn).collect();
    let found = due(&turns, &busy, store.clock().now(), up_since);
    let rule = |due: &crate::backup::Due| rules.iter().find(|rule| rule.id == due.policy && rule.app.app_id == due.app).cloned();
    Ok(found.iter().filter_map(rule).collect())
}
