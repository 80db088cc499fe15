//! From a desired stack to calls to the engine. Going over it twice does nothing twice, so an interrupted deploy is finished by going
//! over it again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::clock::Millis;
use crate::engine::{EngineError, NewSecret};
use crate::stack::converge::Expected;
use crate::stack::desired::Desired;
use crate::stack::observed::{Observed, Service, UpdateStatus};
use crate::stack::plan::{equal, remedy, stopped_half_way};
use crate::stack::policy::Pass;
use crate::stack::spec::{SecretSpec, ServiceSpec};

use super::ended::OpError;
use super::ids::with_ids;
use super::run::Run;
use super::{teardown, view};

/// A service that changed under our hands, or an engine that went away, makes us look again; so often at most.
const ROUNDS: usize = 5;
/// A network of a stack that was removed a moment ago is listed until its last container is gone.
const LINGERING: Duration = Duration::from_mins(2);

/// What a stack is to become.
pub(super) struct Target<'a> {
    pub(super) desired: &'a Desired,
    /// Secrets that the stack creates, which only the command line has.
    pub(super) secrets: &'a [SecretSpec],
    pub(super) leftovers: Leftovers<'a>,
}

/// What happens to services that the stack has and the files don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftovers<'a> {
    Remove,
    Keep,
    /// Those of these full names stay, and the others are removed.
    Except(&'a [String]),
}

impl Leftovers<'_> {
    /// Whether a service of this full name is removed, if the files don't have it.
    pub(super) fn goes(&self, name: &String) -> bool {
        match self {
            Self::Remove => true,
            Self::Keep => false,
            Self::Except(names) => !names.contains(name),
        }
    }
}

/// What this deploy has done so far, over all rounds.
#[derive(Default)]
struct Done {
    /// Services that were updated, by full name, and when.
    updated: BTreeMap<String, Millis>,
    /// Services that were made.
    created: BTreeSet<String>,
}

/// Makes the Swarm hold what is desired, as far as the pass goes. `first` is the reading that the plan was made from: what is neither so nor as desired was
/// changed by somebody else. Returns what has to come up.
pub(super) async fn apply(run: &Run, pass: &Pass, target: &Target<'_>, first: &Observed) -> Result<Vec<Expected>, OpError> {
    let (mut round, mut lingering, mut done) = (1, None, Done::default());
    loop {
        let before = (done.updated.len(), done.created.len());
        let tried = async {
            let observed = view::look(run, target).await?;
            once(run, pass, target, first, &observed, &mut done).await
        };
        let error = match tried.await {
            Err(OpError::Engine(error)) => error,
            other => return other,
        };
        // Each step forward gives the next one its own tries.
        round = if before == (done.updated.len(), done.created.len()) { round + 1 } else { 1 };
        let mends_itself = match &error {
            EngineError::NotFound { what } if what.starts_with("network ") => {
                lingering.get_or_insert_with(tokio::time::Instant::now).elapsed() < LINGERING
            }
            EngineError::Unreachable(_) => round <= ROUNDS,
            EngineError::Conflict(why) => round <= ROUNDS && (why.contains("out of sequence") || why.contains("already exists")),
            _ => false,
        };
        if !mends_itself {
            return Err(half_done(&error));
        }
        run.note(&format!("looking again, for {error}")).await?;
        run.feed.breathe().await;
    }
}

fn half_done(error: &EngineError) -> OpError {
    let text =
        format!("{error}. What the steps above name was changed, the rest was not; mend the cause and deploy again to finish");
    OpError::stop("failed", text)
}

async fn once(
    run: &Run,
    pass: &Pass,
    target: &Target<'_>,
    first: &Observed,
    observed: &Observed,
    done: &mut Done,
) -> Result<Vec<Expected>, OpError> {
    let desired = target.desired;
    for network in &desired.networks {
        if !observed.networks.iter().any(|n| n.name == network.name && n.scope == "swarm") {
            run.create_network(pass, network).await?;
        }
    }
    let made = Made { secrets: secrets(run, target, observed).await?, configs: configs(run, pass, desired, observed).await? };
    // What goes makes room: a port or a volume may pass from one service to another. Only what the plan showed may go.
    let planned = |s: &&Service| first.services.iter().any(|f| f.id == s.id);
    let gone = observed.services.iter().filter(|s| !desired.services.iter().any(|d| d.name == s.spec.name)).filter(planned);
    teardown::remove(run, &gone.collect::<Vec<_>>(), &observed.tasks).await?;
    let mut expected = vec![];
    for spec in &desired.services {
        expected.push(service(run, pass, with_ids(spec, observed, &made)?, first, observed, done).await?);
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
async fn configs(run: &Run, pass: &Pass, desired: &Desired, observed: &Observed) -> Result<Vec<(String, String)>, OpError> {
    let mut made = vec![];
    for config in &desired.configs {
        match observed.configs.iter().find(|c| c.name == config.name) {
            None => made.push((config.name.clone(), run.create_config(pass, config).await?)),
            Some(there) if there.data != config.data => return Err(other_content(desired, "config", &config.name)),
            Some(there) if there.labels != config.labels => run.update_config(pass, &there.id, there.version, config).await?,
            Some(_) => {}
        }
    }
    Ok(made)
}

fn other_content(desired: &Desired, kind: &str, name: &str) -> OpError {
    let remedy = remedy(desired, name);
    OpError::stop("failed", format!("the {kind} {name} exists with other content, and a {kind} can't be changed; {remedy}"))
}

async fn service(
    run: &Run,
    pass: &Pass,
    mut spec: ServiceSpec,
    first: &Observed,
    observed: &Observed,
    done: &mut Done,
) -> Result<Expected, OpError> {
    let named = |s: &&Service| s.spec.name == spec.name;
    let Some(present) = observed.services.iter().find(named) else {
        let id = run.create_service(pass, &spec).await?;
        done.created.insert(spec.name.clone());
        return Ok(Expected { name: spec.name.clone(), id, spec, update: None });
    };
    // A restart asks for one more than there were; everything else keeps the count.
    spec.task_template.force_update = spec.task_template.force_update.max(present.spec.task_template.force_update);
    let expected = |spec: ServiceSpec, update| Expected { name: spec.name.clone(), id: present.id.clone(), spec, update };
    // Sent before a restart, and the engine went back meanwhile: that is the verdict, and sending it again would be a second outage.
    let gone_back = |u: &&UpdateStatus| u.state.starts_with("rollback") && run.past.started.is_some_and(|at| u.started >= at);
    if run.past.touched
        && let Some(update) = present.update.as_ref().filter(gone_back)
    {
        return Ok(expected(spec, Some(update.started)));
    }
    let as_wanted = equal(&spec, &present.spec, &observed.networks);
    let going_back = present.update.as_ref().is_some_and(|u| u.state == "rollback_started");
    if as_wanted && !stopped_half_way(present, observed) && !going_back {
        // An update that began before a restart is watched as if it had been sent now: it may still go back.
        let update = present.update.as_ref().filter(|u| u.state == "updating").map(|u| u.started);
        return Ok(expected(spec.clone(), done.updated.get(&spec.name).copied().or(update)));
    }
    if let (Some(sent), true) =
        (done.updated.get(&spec.name), present.update.as_ref().is_some_and(|u| u.state.starts_with("rollback")))
    {
        return Ok(expected(spec.clone(), Some(*sent)));
    }
    let before = first.services.iter().find(named);
    let touched = run.past.touched && !done.updated.contains_key(&spec.name);
    if !as_wanted && !touched && before.is_none_or(|b| b.spec != present.spec) {
        let text = format!("{} was changed by somebody else at the same moment; look at the plan and deploy again", spec.name);
        return Err(OpError::stop("failed", text));
    }
    let began = run.now();
    run.update_service(pass, &present.id, present.version, &spec).await?;
    done.updated.insert(spec.name.clone(), began);
    Ok(expected(spec, Some(began)))
}
