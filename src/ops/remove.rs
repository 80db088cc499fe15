//! Removes an app: what was chosen of its data, then the app itself. Its history stays.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::Grant;
use crate::access::action::Remove;
use crate::commands::app_remove::RemoveApp;
use crate::engine::EngineError;
use crate::stack::belongings::{Claim, claim, stacks};
use crate::stack::names::StackName;
use crate::store::Store;
use crate::store::operations::Operation;

use super::ended::{Ended, OpError};
use super::fate::{Fate, Kind};
use super::run::Run;
use super::teardown::{self, Kept, Wait};

/// A node lets go of a volume a moment after its last container is gone.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why most of what stays does so.
const NOT_CHOSEN: &str = "not chosen";

/// What is to go, by full names, exactly as it was shown and chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveWanted {
    pub stack: String,
    pub volumes: Vec<String>,
    pub secrets: Vec<String>,
    pub configs: Vec<String>,
    /// The settings, with every revision of them.
    pub settings: bool,
}

/// Which app it is, and where it is kept.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    pub operation: &'a Operation,
    pub store: &'a Store,
}

/// Carries it out. Going over it twice does nothing twice. What can't be removed keeps the app in the list, so that it can be tried
/// again.
pub async fn run(may: &Grant<Remove>, run: &Run, of: Of<'_>, wanted: RemoveWanted) -> Result<Ended, OpError> {
    if of.store.is_removed(of.operation.app_id).await? {
        return Ok(Ended::well("removed"));
    }
    let stack = StackName::parse(&wanted.stack)
        .map_err(|e| OpError::stop("failed", format!("the stack name {} can't be used: {e}", wanted.stack)))?;
    run.step("Wait for the tasks to stop").await?;
    let before = run.fresh().await?.stack(&stack);
    if !before.services.is_empty() {
        return Err(OpError::stop("blocked", "the app is deployed again, so nothing was removed; undeploy it first"));
    }
    run.touch().await?;
    teardown::wait_until_still(run, &stack, &before).await?;

    let journal = of.store.journal(of.operation.id, 0).await?;
    let mut fate = Fate::after(run.past.touched, journal.into_iter().map(|line| line.text));
    if let Err(error) = destroy(run, &of, &stack, &wanted, &mut fate).await {
        return Err(fate.tell(error));
    }

    run.step("Take the app from the list").await?;
    if !wanted.settings {
        fate.stays("the settings", NOT_CHOSEN);
    }
    let Fate { volumes, secrets, configs, absent, stayed, .. } = fate;
    let (id, stack, settings) = (of.operation.app_id, wanted.stack, wanted.settings);
    let command = RemoveApp { id, stack, volumes, secrets, configs, settings, absent, stayed };
    of.store.commit(may, command).await.map_err(|e| OpError::stop("failed", e.to_string()))?;
    if settings && let Err(error) = of.store.checkpoint().await {
        // The settings stand in the journal of the database until it is written over, which it is sooner or later.
        tracing::warn!(%error, "settings that were deleted could not be overwritten at once");
    }
    Ok(Ended::well("removed"))
}

async fn destroy(run: &Run, of: &Of<'_>, stack: &StackName, wanted: &RemoveWanted, fate: &mut Fate) -> Result<(), OpError> {
    run.step("Remove networks, secrets and configs").await?;
    let mut kept = Kept::default();
    // An undeploy takes them along, unless something of another stack was on them.
    teardown::networks(run, stack, Wait::NotAtAll, &mut kept).await?;
    objects(run, of, stack, wanted, &mut Records { kept: &mut kept, fate }).await?;

    run.step("Remove the data").await?;
    volumes(run, stack, &wanted.volumes, &mut Records { kept: &mut kept, fate }).await?;
    kept.nothing()
}

/// Where it is written down what became of an object.
struct Records<'a> {
    kept: &'a mut Kept,
    fate: &'a mut Fate,
}

async fn objects(
    run: &Run,
    of: &Of<'_>,
    stack: &StackName,
    wanted: &RemoveWanted,
    records: &mut Records<'_>,
) -> Result<(), OpError> {
    let swarm = run.fresh().await?;
    let apps = of.store.apps().await?.into_iter().map(|app| app.stack);
    let others: Vec<String> = stacks(&swarm).into_iter().chain(apps).collect();
    let secrets = swarm.secrets.iter().map(|s| (Kind::Secret, &s.name, &s.id, &s.labels));
    let configs = swarm.configs.iter().map(|c| (Kind::Config, &c.name, &c.id, &c.labels));
    let mut there = vec![];
    for (kind, name, id, labels) in secrets.chain(configs) {
        let names = if kind == Kind::Secret { &wanted.secrets } else { &wanted.configs };
        let mine = claim(stack, &of.operation.app, &others, name, labels) != Claim::None;
        match (names.contains(name), mine) {
            (true, true) => {
                let removed = match kind {
                    Kind::Config => run.remove_config(name, id).await,
                    Kind::Secret | Kind::Volume => run.remove_secret(name, id).await,
                };
                let answer = records.fate.answered(run, kind, name, removed).await;
                records.kept.unless(&kind.of(name), answer)?;
            }
            (true, false) => {
                run.warn(&format!("{} is another app's by now, so it stays", kind.of(name))).await?;
                records.fate.stays(&kind.of(name), "it is another app's by now");
            }
            (false, true) => records.fate.stays(&kind.of(name), NOT_CHOSEN),
            (false, false) => {}
        }
        there.push((kind, name));
    }
    for (kind, names) in [(Kind::Secret, &wanted.secrets), (Kind::Config, &wanted.configs)] {
        for name in names.iter().filter(|name| !there.contains(&(kind, *name))) {
            records.fate.not_there(run, kind, name).await?;
        }
    }
    if swarm.nodes.len() > 1 {
        records.fate.stays("volumes of other nodes", "they can't be seen from here");
    }
    Ok(())
}

/// Volumes that carry the stack's label now, whatever their names; others of those names are not touched.
async fn volumes(run: &Run, stack: &StackName, names: &[String], records: &mut Records<'_>) -> Result<(), OpError> {
    let there = run.inspect.volumes(stack.as_str()).await?;
    for name in names.iter().filter(|name| !there.contains(name)) {
        records.fate.not_there(run, Kind::Volume, name).await?;
    }
    for name in there.iter().filter(|name| !names.contains(name)) {
        records.fate.stays(&Kind::Volume.of(name), NOT_CHOSEN);
    }
    let began = tokio::time::Instant::now();
    let mut told = false;
    loop {
        let mut busy = vec![];
        for name in run.inspect.volumes(stack.as_str()).await?.iter().filter(|name| names.contains(name)) {
            let removed = run.remove_volume(name).await;
            match records.fate.answered(run, Kind::Volume, name, removed).await {
                Err(OpError::Engine(EngineError::Conflict(why) | EngineError::Refused(why))) => busy.push((name.clone(), why)),
                other => other?,
            }
        }
        if busy.is_empty() {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            for (name, why) in busy {
                records.kept.unless(&Kind::Volume.of(&name), Err(OpError::Engine(EngineError::Conflict(why))))?;
            }
            return Ok(());
        }
        if !told {
            run.note("a container still holds a volume; trying again until it lets go").await?;
            told = true;
        }
        run.feed.breathe().await;
    }
}
