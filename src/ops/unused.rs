//! Removing secrets and configs that nothing uses any more. What is used after all, or is somebody else's, stays and is named.

use crate::access::Grant;
use crate::access::action::{RemoveConfig, RemoveSecret};
use crate::engine::EngineError;
use crate::stack::belongings::{Claim, claim, stacks};
use crate::stack::names::{StackName, descope};
use crate::stack::observed::{Service, Swarm};
use crate::stack::spec::Labels;
use crate::store::Store;
use crate::store::operations::Operation;

use super::ended::{Ended, OpError};
use super::run::Run;
use super::teardown::forgiving;

/// Whose they are.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    pub operation: &'a Operation,
    pub store: &'a Store,
}

/// Removes secrets, by their full names.
pub async fn secrets(_may: &Grant<RemoveSecret>, run: &Run, of: Of<'_>, names: &[String]) -> Result<Ended, OpError> {
    let stack = begin(run, of).await?;
    run.step("Remove the secrets").await?;
    let mut kept = vec![];
    for name in names {
        let swarm = run.fresh().await?;
        let Some(secret) = swarm.secrets.iter().find(|s| s.name == *name) else {
            run.note(&format!("{name} is gone already")).await?;
            continue;
        };
        match hindrance(of, &stack, &swarm, (name, &secret.labels), &secret_readers(&swarm, name)).await? {
            Some(why) => kept.push(format!("the secret {name} ({why})")),
            None => refused(&mut kept, &format!("the secret {name}"), run.remove_secret(name, &secret.id).await)?,
        }
    }
    ended(&kept)
}

/// Removes configs, by their full names.
pub async fn configs(_may: &Grant<RemoveConfig>, run: &Run, of: Of<'_>, names: &[String]) -> Result<Ended, OpError> {
    let stack = begin(run, of).await?;
    run.step("Remove the configs").await?;
    let mut kept = vec![];
    for name in names {
        let swarm = run.fresh().await?;
        let Some(config) = swarm.configs.iter().find(|c| c.name == *name) else {
            run.note(&format!("{name} is gone already")).await?;
            continue;
        };
        match hindrance(of, &stack, &swarm, (name, &config.labels), &config_readers(&swarm, name)).await? {
            Some(why) => kept.push(format!("the config {name} ({why})")),
            None => refused(&mut kept, &format!("the config {name}"), run.remove_config(name, &config.id).await)?,
        }
    }
    ended(&kept)
}

/// Full names of the services, of whichever stack, that read this secret.
pub fn secret_readers(swarm: &Swarm, name: &str) -> Vec<String> {
    readers(swarm, |s| s.spec.task_template.container_spec.secrets.iter().any(|r| r.name == name))
}

/// Full names of the services, of whichever stack, that use this config.
pub fn config_readers(swarm: &Swarm, name: &str) -> Vec<String> {
    let id = swarm.configs.iter().find(|c| c.name == name).map(|c| c.id.as_str());
    readers(swarm, |s| {
        let container = &s.spec.task_template.container_spec;
        let credential = container.privileges.as_ref().and_then(|p| p.pointer("/CredentialSpec/Config")).and_then(|c| c.as_str());
        container.configs.iter().any(|r| r.name == name) || (credential.is_some() && credential == id)
    })
}

fn readers(swarm: &Swarm, reads: impl Fn(&Service) -> bool) -> Vec<String> {
    let mut names: Vec<String> = swarm.services.iter().filter(|s| reads(s)).map(|s| s.spec.name.clone()).collect();
    names.sort_unstable();
    names
}

/// A service that is being updated may go back to what it was, and to what it used then.
async fn begin(run: &Run, of: Of<'_>) -> Result<StackName, OpError> {
    run.step("Look at what is used").await?;
    let stop = |text: String| OpError::stop("failed", text);
    let app = of.store.app_by_id(of.operation.app_id).await?.ok_or_else(|| stop("the app is gone".to_owned()))?;
    let stack = StackName::parse(&app.stack).map_err(|e| stop(e.to_string()))?;
    let observed = run.fresh().await?.stack(&stack);
    let busy = |s: &&Service| s.update.as_ref().is_some_and(|u| matches!(u.state.as_str(), "updating" | "rollback_started"));
    if let Some(service) = observed.services.iter().find(busy) {
        let name = descope(&stack, &service.spec.name).unwrap_or(&service.spec.name);
        let text =
            format!("{name} is being updated and may still go back to what it used before. Nothing was removed; try again later");
        return Err(OpError::stop("blocked", text));
    }
    run.touch().await?;
    Ok(stack)
}

/// Why something must stay.
async fn hindrance(
    of: Of<'_>,
    stack: &StackName,
    swarm: &Swarm,
    (name, labels): (&str, &Labels),
    readers: &[String],
) -> Result<Option<String>, OpError> {
    if !readers.is_empty() {
        return Ok(Some(format!("{} uses it", readers.join(", "))));
    }
    let apps = of.store.apps().await?.into_iter().map(|app| app.stack);
    let others: Vec<String> = stacks(swarm).into_iter().chain(apps).collect();
    let mine = claim(stack, &of.operation.app, &others, name, labels) != Claim::None;
    Ok((!mine).then(|| "it belongs to another app, or to none".to_owned()))
}

fn refused(kept: &mut Vec<String>, what: &str, removed: Result<(), OpError>) -> Result<(), OpError> {
    match forgiving(removed) {
        Err(OpError::Engine(EngineError::Conflict(why) | EngineError::Refused(why))) => {
            kept.push(format!("{what} ({why})"));
            Ok(())
        }
        other => other,
    }
}

fn ended(kept: &[String]) -> Result<Ended, OpError> {
    if kept.is_empty() {
        return Ok(Ended::well("removed"));
    }
    Err(OpError::stop("failed", format!("these were kept: {}; the others are gone", kept.join(", "))))
}
