use std::collections::BTreeMap;

use crate::backup::{Fate, Policy, Turn};
use crate::clock::Millis;
use crate::commands::backup_policy_change::policy_of;
use crate::store::backup_policies::{Candidate, Destination};
use crate::store::{Store, StoreError};

/// A policy of backups and an app that it holds for: its own, or one of the default.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The policy's row.
    pub id: i32,
    pub policy: Policy,
    /// When it was made or changed.
    pub chosen_at: Millis,
    pub app: Candidate,
    /// Why nothing can be put into its repository; empty if something can.
    pub trouble: String,
    /// When it was acted on for this app.
    pub last: Option<Millis>,
}

impl Rule {
    /// What the decision is made from.
    pub fn turn(&self) -> Turn<'_> {
        Turn {
            policy: self.id,
            app: self.app.app_id,
            schedule: &self.policy.schedule,
            paused: self.policy.paused,
            trouble: &self.trouble,
            // A new app waits for its first night like everybody else.
            since: self.chosen_at.max(self.app.created_at),
            last: self.last,
        }
    }

    /// What becomes of it at `now`, in a dashboard that is up since `up_since`.
    pub fn fate(&self, now: Millis, up_since: Millis) -> Fate {
        self.turn().fate(now, up_since)
    }
}

/// All rules: of each app its own policies, or, where it has none and somebody did not take it out, those of the default. A policy whose
/// times can't be read any more is logged and left out.
///
/// # Errors
/// The database can't be read.
pub async fn rules(store: &Store) -> Result<Vec<Rule>, StoreError> {
    let places = store.backup_destinations().await?;
    let turns: BTreeMap<(i32, i32), Millis> =
        store.backup_turns().await?.into_iter().map(|turn| ((turn.policy_id, turn.app_id), turn.at)).collect();
    let stored = store.backup_policies().await?;
    let mut found = vec![];
    for app in store.backup_candidates().await? {
        let own = stored.iter().any(|policy| policy.app_id == Some(app.app_id));
        let follows = own.then_some(app.app_id);
        for row in stored.iter().filter(|policy| policy.app_id == follows) {
            let policy = match policy_of(row) {
                Ok(policy) => policy,
                Err(error) => {
                    tracing::error!(%error, schedule = row.id, app = app.name, "a schedule of backups can’t be read");
                    continue;
                }
            };
            found.push(Rule {
                id: row.id,
                trouble: trouble(&places, policy.repository),
                policy,
                chosen_at: row.at,
                last: turns.get(&(row.id, app.app_id)).copied(),
                app: app.clone(),
            });
        }
    }
    Ok(found)
}

fn trouble(places: &[Destination], id: i32) -> String {
    let place = places.iter().find(|place| place.id == id);
    place.map_or_else(|| "the repository is gone".to_owned(), Destination::refusal)
}
