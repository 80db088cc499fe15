//! What becomes of an app's newer versions now.

use crate::engine::feed::Reading;
use crate::recipe::RecipeName;
use crate::shelf::Shelf;
use crate::stack::names::StackName;
use crate::stack::observed::Observed;
use crate::store::Store;
use crate::store::apps::App;
use crate::store::updates::{StoredPolicy, Try};
use crate::updates::{Decision, Mode, Obstacle, Past, Question, UpdatePolicy, Window, decide, newer, target};

use super::look::{Made, blocking};
use super::obstacles::{Running, obstacles};
use crate::ops::ended::OpError;
use crate::ops::safety::{destinations, holds_anything};

/// Where everything is read from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    pub store: &'a Store,
    pub shelf: &'a Shelf,
    /// What the Swarm holds.
    pub reading: &'a Reading,
}

/// What is known of an app's newer versions.
pub struct Judgement {
    pub policy: UpdatePolicy,
    /// The policy as somebody chose it, if somebody did.
    pub chosen: Option<StoredPolicy>,
    /// The version that runs; `None` where none does.
    pub current: Option<String>,
    /// Newer ones, newest first; `None` where nobody can tell, as of a commit.
    pub newer: Option<Vec<String>>,
    pub decision: Decision,
    /// What the dashboard asked for before, newest first.
    pub tries: Vec<Try>,
    /// What the decision is about, held against the Swarm.
    pub(super) made: Option<Made>,
    /// The repository of the backup that the policy wants before.
    pub(super) safety: Option<i32>,
}

/// An update that is to have a backup before must not pretend.
const NO_BACKUP: &str = "a backup is wanted before, and none can be made: no repository takes backups, or a backup would hold nothing of \
                         the app. Add a repository, or take the wish for a backup out of the policy";

/// The policy that this is; the usual one where nobody chose another.
pub fn policy_of(chosen: Option<&StoredPolicy>) -> UpdatePolicy {
    let Some(chosen) = chosen else { return UpdatePolicy::default() };
    let hour = |hour: i32| u8::try_from(hour).unwrap_or_default();
    UpdatePolicy {
        mode: Mode::parse(&chosen.mode).unwrap_or_default(),
        window: Window { days: hour(chosen.days), from: hour(chosen.from_hour), to: hour(chosen.to_hour) },
        backup_before: chosen.backup_before,
    }
}

/// Judges one app.
///
/// # Errors
/// The database, or the recipe's mirror, can't be read.
pub async fn judge(sources: Sources<'_>, app: &App) -> Result<Judgement, OpError> {
    let chosen = sources.store.update_policy(app.id).await?;
    let policy = policy_of(chosen.as_ref());
    let tries = sources.store.update_tries(Some(app.id)).await?;
    let mut judgement =
        Judgement { policy, chosen, current: None, newer: None, decision: Decision::Nothing, tries, made: None, safety: None };
    let stack = StackName::parse(&app.stack).map_err(|e| OpError::stop("failed", e.to_string()))?;
    let observed = sources.reading.swarm.stack(&stack);
    let Some(deployed) = sources.store.last_converged(app.id).await?.filter(|_| !observed.services.is_empty()) else {
        return Ok(judgement);
    };
    judgement.newer = newer(&deployed.version, &versions(sources.shelf, &app.recipe).await?);
    let found = judgement.newer.clone().unwrap_or_default();
    let past = Past {
        tried: judgement.tries.iter().map(|t| t.version.clone()).collect(),
        last_window: judgement.tries.iter().map(|t| t.window_at).max(),
    };
    let mut against: Vec<Obstacle> = vec![];
    if let Some(to) = target(policy.mode, &deployed.version, &found).filter(|to| !past.tried.iter().any(|tried| tried == to)) {
        let running = Running { app, stack: &stack, observed: &observed, deployed: &deployed };
        (judgement.made, against) = obstacles(sources, &running, to).await?;
        if policy.backup_before {
            judgement.safety = destinations(sources.store, app.id).await?.first().map(|(id, _)| *id);
            let possible = judgement.safety.is_some() && holds_anything(&stack, &observed);
            against.splice(0..0, (!possible).then(|| Obstacle { text: NO_BACKUP.to_owned(), passes: false }));
        }
    }
    judgement.decision = decide(&Question {
        policy: &policy,
        now: sources.store.clock().now(),
        current: &deployed.version,
        newer: &found,
        past: &past,
        obstacles: &against,
    });
    judgement.current = Some(deployed.version);
    Ok(judgement)
}

/// The releases of a recipe, newest first; none where it was never fetched.
async fn versions(shelf: &Shelf, recipe: &str) -> Result<Vec<String>, OpError> {
    let (shelf, recipe) = (shelf.clone(), recipe.to_owned());
    blocking(move || {
        let releases = RecipeName::parse(&recipe).ok().and_then(|name| shelf.releases(&name).ok());
        releases.map(|r| r.versions.into_iter().map(|tag| tag.name).collect()).unwrap_or_default()
    })
    .await
}

impl Made {
    /// Services that run and that this version does not have, by full name.
    pub(super) fn leftovers(&self, observed: &Observed) -> Vec<String> {
        let names = observed.services.iter().map(|s| &s.spec.name);
        names.filter(|name| self.rendered.desired.services.iter().all(|s| s.name != **name)).cloned().collect()
    }
}
