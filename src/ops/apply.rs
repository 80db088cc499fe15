//! From a desired stack to calls to the engine. Going over it twice does nothing twice, so an interrupted deploy is finished by going
//! over it again.

use crate::engine::EngineError;
use crate::stack::converge::Expected;
use crate::stack::desired::Desired;
use crate::stack::observed::{NAMESPACE_LABEL, Observed, UpdateStatus};
use crate::stack::plan::equal;
use crate::stack::spec::ServiceSpec;

use super::ended::OpError;
use super::run::Run;

/// A service that changed under our hands, or an engine that went away, makes us look again; so often at most.
const ROUNDS: usize = 5;

/// Makes the Swarm hold what is desired. Returns what has to come up.
pub(super) async fn apply(run: &Run, desired: &Desired) -> Result<Vec<Expected>, OpError> {
    let mut round = 1;
    loop {
        let observed = run.fresh().await?.stack(&desired.stack);
        match once(run, desired, &observed).await {
            Err(OpError::Engine(error))
                if round < ROUNDS && matches!(error, EngineError::Unreachable(_) | EngineError::Conflict(_)) =>
            {
                run.note(&format!("looking again, for {error}")).await?;
                round += 1;
            }
            Err(OpError::Engine(error)) => return Err(half_done(&error)),
            other => return other,
        }
    }
}

fn half_done(error: &EngineError) -> OpError {
    let text =
        format!("{error}. What the steps above name was changed, the rest was not; mend the cause and deploy again to finish");
    OpError::stop("failed", text)
}

async fn once(run: &Run, desired: &Desired, observed: &Observed) -> Result<Vec<Expected>, OpError> {
    for network in &desired.networks {
        if !observed.networks.iter().any(|n| n.name == network.name && n.scope == "swarm") {
            run.create_network(network).await?;
        }
    }
    let mut made = vec![];
    for config in &desired.configs {
        if !observed.configs.iter().any(|c| c.name == config.name) {
            made.push((config.name.clone(), run.create_config(config).await?));
        }
    }
    let mut expected = vec![];
    for spec in &desired.services {
        expected.push(service(run, with_ids(spec, observed, &made)?, observed).await?);
    }
    for gone in observed.services.iter().filter(|s| !desired.services.iter().any(|d| d.name == s.spec.name)) {
        run.remove_service(&gone.spec.name, &gone.id).await?;
    }
    Ok(expected)
}

async fn service(run: &Run, mut spec: ServiceSpec, observed: &Observed) -> Result<Expected, OpError> {
    let Some(present) = observed.services.iter().find(|s| s.spec.name == spec.name) else {
        let id = run.create_service(&spec).await?;
        return Ok(Expected { name: spec.name.clone(), id, spec, update: None });
    };
    spec.task_template.force_update = present.spec.task_template.force_update;
    // Sent before a restart, and the engine went back meanwhile: that is the verdict, and sending it again would be a second outage.
    let gone_back =
        |u: &&UpdateStatus| u.state.starts_with("rollback") && run.operation.started_at.is_some_and(|at| u.started >= at);
    if run.operation.touched
        && let Some(update) = present.update.as_ref().filter(gone_back)
    {
        return Ok(Expected { name: spec.name.clone(), id: present.id.clone(), spec, update: Some(update.started) });
    }
    let as_wanted = equal(&spec, &present.spec, &observed.networks);
    // A service that stopped half-way through an update, or went back, does not run what its spec says: it is sent again.
    let settled = present.update.as_ref().is_none_or(|u| matches!(u.state.as_str(), "" | "completed" | "updating"));
    if as_wanted && settled {
        // An update that began before a restart is watched as if it had been sent now: it may still go back.
        let update = present.update.as_ref().filter(|u| u.state == "updating").map(|u| u.started);
        return Ok(Expected { name: spec.name.clone(), id: present.id.clone(), spec, update });
    }
    let began = run.now();
    run.update_service(&present.id, present.version, &spec).await?;
    Ok(Expected { name: spec.name.clone(), id: present.id.clone(), spec, update: Some(began) })
}

/// Puts ids beside the names of secrets and configs: the engine wants both.
fn with_ids(spec: &ServiceSpec, observed: &Observed, made: &[(String, String)]) -> Result<ServiceSpec, OpError> {
    let mut spec = spec.clone();
    let container = &mut spec.task_template.container_spec;
    for used in &mut container.secrets {
        let found = observed.secrets.iter().find(|s| s.name == used.name);
        used.id = found.map(|s| s.id.clone()).ok_or_else(|| missing("secret", &used.name))?;
    }
    for used in &mut container.configs {
        let found = observed.configs.iter().find(|c| c.name == used.name).map(|c| c.id.clone());
        let made = || made.iter().find(|(name, _)| *name == used.name).map(|(_, id)| id.clone());
        used.id = found.or_else(made).ok_or_else(|| missing("config", &used.name))?;
    }
    debug_assert!(spec.labels.contains_key(NAMESPACE_LABEL), "every service of a stack says so");
    Ok(spec)
}

fn missing(kind: &str, name: &str) -> OpError {
    OpError::stop("blocked", format!("the {kind} {name} is not on the Swarm; make it on the app's Secrets page and deploy again"))
}
