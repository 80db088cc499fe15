//! From a desired stack to calls to the engine. Going over it twice does nothing twice, so an interrupted deploy is finished by going
//! over it again.

use std::time::Duration;

use crate::engine::{EngineError, NewSecret};
use crate::stack::converge::Expected;
use crate::stack::desired::Desired;
use crate::stack::observed::{Observed, UpdateStatus};
use crate::stack::plan::{equal, version_variable};
use crate::stack::spec::{SecretSpec, ServiceSpec};

use super::ended::OpError;
use super::ids::with_ids;
use super::run::Run;
use super::{teardown, view};

/// A service that changed under our hands, or an engine that went away, makes us look again; so often at most.
const ROUNDS: usize = 5;
/// A network of a stack that was removed a moment ago is listed until its last container is gone.
const LINGERING: Duration = Duration::from_secs(20);
/// Between two looks at such a network.
const PAUSE: Duration = Duration::from_millis(500);

/// What a stack is to become.
pub(super) struct Target<'a> {
    pub(super) desired: &'a Desired,
    /// Secrets that the stack creates, which only the command line has.
    pub(super) secrets: &'a [SecretSpec],
    pub(super) leftovers: Leftovers,
}

/// What happens to services that the stack has and the files don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftovers {
    Remove,
    Keep,
}

/// Makes the Swarm hold what is desired. Returns what has to come up.
pub(super) async fn apply(run: &Run, target: &Target<'_>) -> Result<Vec<Expected>, OpError> {
    let began = tokio::time::Instant::now();
    let first = view::look(run, target).await?;
    let (mut round, mut observed) = (1, first.clone());
    loop {
        let error = match once(run, target, &first, &observed).await {
            Err(OpError::Engine(error)) => error,
            other => return other,
        };
        match error {
            EngineError::NotFound { ref what } if what.starts_with("network ") && began.elapsed() < LINGERING => {
                tokio::time::sleep(PAUSE).await;
            }
            EngineError::Unreachable(_) | EngineError::Conflict(_) if round < ROUNDS => round += 1,
            error => return Err(half_done(&error)),
        }
        run.note(&format!("looking again, for {error}")).await?;
        observed = view::look(run, target).await?;
    }
}

fn half_done(error: &EngineError) -> OpError {
    let text =
        format!("{error}. What the steps above name was changed, the rest was not; mend the cause and deploy again to finish");
    OpError::stop("failed", text)
}

/// `first` is what was there when we began; a service that is neither so nor as desired was changed by somebody else.
async fn once(run: &Run, target: &Target<'_>, first: &Observed, observed: &Observed) -> Result<Vec<Expected>, OpError> {
    let desired = target.desired;
    for network in &desired.networks {
        if !observed.networks.iter().any(|n| n.name == network.name && n.scope == "swarm") {
            run.create_network(network).await?;
        }
    }
    let made = Made { secrets: secrets(run, target, observed).await?, configs: configs(run, desired, observed).await? };
    // What goes makes room: a port or a volume may pass from one service to another.
    let gone = observed.services.iter().filter(|s| !desired.services.iter().any(|d| d.name == s.spec.name));
    teardown::remove(run, &gone.collect::<Vec<_>>(), &observed.tasks).await?;
    let mut expected = vec![];
    for spec in &desired.services {
        let before = first.services.iter().find(|s| s.spec.name == spec.name).map(|s| &s.spec);
        expected.push(service(run, with_ids(spec, observed, &made)?, before, observed).await?);
    }
    Ok(expected)
}

/// Names and ids of what this deploy has just made.
#[derive(Default)]
pub(super) struct Made {
    pub(super) secrets: Vec<(String, String)>,
    pub(super) configs: Vec<(String, String)>,
}

/// The bytes of a secret can't be read back, so those that are there are sent again: the engine refuses bytes that differ.
async fn secrets(run: &Run, target: &Target<'_>, observed: &Observed) -> Result<Vec<(String, String)>, OpError> {
    let mut made = vec![];
    for spec in target.secrets {
        let secret = NewSecret {
            name: &spec.name,
            labels: &spec.labels,
            data: &spec.data,
            driver: spec.driver.as_ref(),
            templating: spec.templating.as_ref(),
        };
        let Some(there) = observed.secrets.iter().find(|s| s.name == spec.name) else {
            made.push((spec.name.clone(), run.create_secret(secret).await?));
            continue;
        };
        match run.update_secret(&there.id, there.version, secret).await {
            Err(OpError::Engine(EngineError::Refused(why))) if why.contains("only updates to Labels are allowed") => {
                return Err(other_content(target.desired, "secret", &spec.name));
            }
            other => other?,
        }
    }
    Ok(made)
}

/// The plan has compared the bytes already; the labels are what is left.
async fn configs(run: &Run, desired: &Desired, observed: &Observed) -> Result<Vec<(String, String)>, OpError> {
    let mut made = vec![];
    for config in &desired.configs {
        match observed.configs.iter().find(|c| c.name == config.name) {
            None => made.push((config.name.clone(), run.create_config(config).await?)),
            Some(there) if there.data != config.data => return Err(other_content(desired, "config", &config.name)),
            Some(there) if there.labels != config.labels => run.update_config(&there.id, there.version, config).await?,
            Some(_) => {}
        }
    }
    Ok(made)
}

fn other_content(desired: &Desired, kind: &str, name: &str) -> OpError {
    let remedy = match version_variable(&desired.stack, name) {
        Some(variable) => format!("raise {variable}"),
        None => "give it another name".to_owned(),
    };
    OpError::stop("failed", format!("the {kind} {name} exists with other content, and a {kind} can't be changed; {remedy}"))
}

async fn service(run: &Run, mut spec: ServiceSpec, before: Option<&ServiceSpec>, observed: &Observed) -> Result<Expected, OpError> {
    let Some(present) = observed.services.iter().find(|s| s.spec.name == spec.name) else {
        let id = run.create_service(&spec).await?;
        return Ok(Expected { name: spec.name.clone(), id, spec, update: None });
    };
    spec.task_template.force_update = present.spec.task_template.force_update;
    // Sent before a restart, and the engine went back meanwhile: that is the verdict, and sending it again would be a second outage.
    let gone_back = |u: &&UpdateStatus| u.state.starts_with("rollback") && run.past.started.is_some_and(|at| u.started >= at);
    if run.past.touched
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
    if !as_wanted && before.is_some_and(|b| *b != present.spec) {
        let text = format!("{} was changed by somebody else at the same moment; look at the plan and deploy again", spec.name);
        return Err(OpError::stop("failed", text));
    }
    let began = run.now();
    run.update_service(&present.id, present.version, &spec).await?;
    Ok(Expected { name: spec.name.clone(), id: present.id.clone(), spec, update: Some(began) })
}
