//! Removes an app: what was chosen of its data, then the app itself. Its history stays.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::Grant;
use crate::access::action::Remove;
use crate::commands::app_remove::RemoveApp;
use crate::engine::EngineError;
use crate::stack::belongings::{Claim, claim};
use crate::stack::names::StackName;
use crate::stack::observed::Swarm;
use crate::stack::spec::Labels;
use crate::store::Store;
use crate::store::operations::Operation;

use super::ended::{Ended, OpError};
use super::run::Run;
use super::teardown::{self, Kept, Wait};

/// A node lets go of a volume a moment after its last container is gone.
const PATIENCE: Duration = Duration::from_mins(1);

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

    run.step("Remove networks, secrets and configs").await?;
    let mut kept = Kept::default();
    // An undeploy takes them along, unless something of another stack was on them.
    teardown::networks(run, &stack, Wait::NotAtAll, &mut kept).await?;
    objects(run, &of, &stack, &wanted, &mut kept).await?;

    run.step("Remove the data").await?;
    volumes(run, &stack, &wanted.volumes, &mut kept).await?;
    kept.nothing()?;

    run.step("Take the app from the list").await?;
    let RemoveWanted { stack, volumes, secrets, configs, settings } = wanted;
    let command = RemoveApp { id: of.operation.app_id, stack, volumes, secrets, configs, settings };
    of.store.commit(may, command).await.map_err(|e| OpError::stop("failed", e.to_string()))?;
    Ok(Ended::well("removed"))
}

async fn objects(run: &Run, of: &Of<'_>, stack: &StackName, wanted: &RemoveWanted, kept: &mut Kept) -> Result<(), OpError> {
    let swarm = run.fresh().await?;
    let apps = of.store.apps().await?.into_iter().map(|app| app.stack);
    let others: Vec<String> = stacks(&swarm).into_iter().chain(apps).collect();
    let mine = |name: &str, labels: &Labels| claim(stack, &of.operation.app, &others, name, labels) != Claim::None;
    for secret in swarm.secrets.iter().filter(|s| wanted.secrets.contains(&s.name)) {
        if mine(&secret.name, &secret.labels) {
            kept.unless(&format!("the secret {}", secret.name), run.remove_secret(&secret.name, &secret.id).await)?;
        } else {
            run.warn(&format!("the secret {} is another app's by now, so it stays", secret.name)).await?;
        }
    }
    for config in swarm.configs.iter().filter(|c| wanted.configs.contains(&c.name)) {
        if mine(&config.name, &config.labels) {
            kept.unless(&format!("the config {}", config.name), run.remove_config(&config.name, &config.id).await)?;
        } else {
            run.warn(&format!("the config {} is another app's by now, so it stays", config.name)).await?;
        }
    }
    Ok(())
}

/// The names of all stacks that the Swarm knows.
pub fn stacks(swarm: &Swarm) -> Vec<String> {
    let mut stacks: Vec<String> = swarm.services.iter().filter_map(|s| s.stack().map(str::to_owned)).collect();
    stacks.sort();
    stacks.dedup();
    stacks
}

/// Volumes that carry the stack's label now, whatever their names; others of those names are not touched.
async fn volumes(run: &Run, stack: &StackName, names: &[String], kept: &mut Kept) -> Result<(), OpError> {
    let began = tokio::time::Instant::now();
    let mut told = false;
    loop {
        let mut busy = vec![];
        for name in run.inspect.volumes(stack.as_str()).await?.iter().filter(|name| names.contains(name)) {
            match teardown::forgiving(run.remove_volume(name).await) {
                Err(OpError::Engine(EngineError::Conflict(why) | EngineError::Refused(why))) => busy.push((name.clone(), why)),
                other => other?,
            }
        }
        if busy.is_empty() {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            for (name, why) in busy {
                kept.unless(&format!("the volume {name}"), Err(OpError::Engine(EngineError::Conflict(why))))?;
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
