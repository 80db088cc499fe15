//! The steps that an app's settings ask for after a deploy, after going back, and before an undeploy: commands of the recipe, one after
//! the other, until one fails. What was deployed stays, whatever becomes of them; what was to be undeployed stays too.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::envfile::{EnvFile, secret_values};
use crate::recipe::after::{AFTER_UNDEPLOY, AfterStep, Occasion, steps};
use crate::recipe::arguments::shown_of_step;
use crate::stack::desired::Desired;
use crate::stack::names::StackName;
use crate::store::Store;

use super::call::{Call, Ending, call};
use super::command::{self, meaning, minutes, runnable};
use super::ended::{Ended, OpError};
use super::order::{DeployWanted, RollbackWanted};
use super::run::Run;

/// How long one step may take.
const LIMIT: Duration = Duration::from_mins(10);

/// Steps before an undeploy, exactly as they were shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeUndeploy {
    /// What runs.
    pub recipe: String,
    pub version: String,
    /// 40 hexadecimal digits.
    pub commit: String,
    /// The revision of the settings that names them.
    pub env_number: i32,
}

/// What the steps are of.
pub(super) struct After {
    occasion: Occasion,
    recipe: String,
    version: String,
    commit: String,
    env_number: i32,
    stack: StackName,
}

impl After {
    /// The steps of a deploy, if they were asked for.
    pub(super) fn of(wanted: &DeployWanted) -> Option<Self> {
        Some(Self {
            occasion: occasion(wanted.after.as_deref()?)?,
            recipe: wanted.recipe.clone(),
            version: wanted.version.clone(),
            commit: wanted.commit.clone(),
            env_number: wanted.env_number,
            stack: wanted.desired.stack.clone(),
        })
    }

    /// The steps of going back, if they were asked for: as the settings named them then, in what runs since.
    pub(super) fn back(wanted: &RollbackWanted, ended: &Ended) -> Option<Self> {
        let (occasion, made) = (occasion(wanted.after.as_deref()?)?, ended.deployment.as_ref()?);
        let sent: Desired = serde_json::from_str(&made.stack).ok()?;
        Some(Self {
            occasion,
            recipe: made.recipe.clone(),
            version: made.version.clone(),
            commit: made.commit_id.clone(),
            env_number: wanted.env_number,
            stack: sent.stack,
        })
    }
}

fn occasion(variable: &str) -> Option<Occasion> {
    Occasion::ALL.into_iter().find(|o| o.variable() == variable)
}

/// Runs the steps after what went well, and says in its verdict if one of them did not.
pub(super) async fn run(run: &Run, of: command::Of<'_>, store: &Store, after: After, ended: Ended) -> Result<Ended, OpError> {
    if !ended.reached {
        return Ok(ended);
    }
    Ok(match each(run, &of, store, &after).await? {
        Ok(()) => ended,
        Err(why) => Ended { outcome: STEP_FAILED.to_owned(), cause: why, ..ended },
    })
}

/// Runs the steps before an undeploy. One that fails ends it: nothing was removed.
pub(super) async fn before(
    run: &Run,
    of: command::Of<'_>,
    store: &Store,
    stack: &StackName,
    wanted: BeforeUndeploy,
) -> Result<Result<(), Ended>, OpError> {
    // They were before the first change, and a restart came after it.
    if run.past.touched {
        return Ok(Ok(()));
    }
    let BeforeUndeploy { recipe, version, commit, env_number } = wanted;
    let steps = After { occasion: Occasion::Undeploy, recipe, version, commit, env_number, stack: stack.clone() };
    Ok(each(run, &of, store, &steps).await?.map_err(|why| Ended::badly(STEP_FAILED, why)))
}

/// Whether the settings ask for commands after an undeploy, which can't be.
pub fn asks_after_undeploy(env: &str) -> bool {
    EnvFile::parse(env).is_ok_and(|env| env.get(AFTER_UNDEPLOY).is_some_and(|text| !text.trim().is_empty()))
}

/// Runs the steps until one fails. The inner error tells which, why, and what was not run after it.
async fn each(run: &Run, of: &command::Of<'_>, store: &Store, after: &After) -> Result<Result<(), String>, OpError> {
    let Some(revision) = store.env_revision(of.operation.app_id, after.env_number).await? else { return Ok(Ok(())) };
    let env = EnvFile::parse(&revision.text).ok();
    let asked = env.as_ref().and_then(|env| env.get(after.occasion.variable())).unwrap_or_default();
    let known = env.as_ref().map(secret_values).unwrap_or_default();
    let steps = match steps(&asked) {
        Ok(steps) => steps,
        Err(error) => return Ok(Err(format!("{} can't be read: {error}", after.occasion.variable()))),
    };
    let journal = store.journal(of.operation.id, 0).await?;
    for (at, step) in steps.iter().enumerate() {
        let name = format!("Step {} {}: {step}", at + 1, after.occasion.when());
        let was = |level: &str| journal.iter().any(|line| line.step == name && line.level == level);
        if was("end") {
            continue;
        }
        run.step(&name).await?;
        let done = if was("begin") {
            Err("Canteen was restarted while it ran; whether it reached its end can't be told".to_owned())
        } else {
            one(run, of, after, step, &known).await?
        };
        run.close_step(done.is_ok()).await?;
        if let Err(why) = done {
            let left = steps.get(at + 1..).unwrap_or_default();
            return Ok(Err(failed(&format!("{step}: {why}"), left)));
        }
    }
    Ok(Ok(()))
}

/// One step. `known` are secret values of the settings. The inner error is why it failed.
async fn one(
    run: &Run,
    of: &command::Of<'_>,
    after: &After,
    step: &AfterStep,
    known: &[String],
) -> Result<Result<(), String>, OpError> {
    let stoppable = of.handover.stops.begin(of.operation.id);
    let arguments = shown_of_step(step, known);
    let begun = async {
        let script = command::script(of.shelf, &after.recipe, &after.version, &after.commit).await?;
        runnable(&script, &step.function, &after.version)?;
        if !arguments.is_empty() {
            let words: Vec<&str> = arguments.iter().map(|a| a.text.as_str()).collect();
            run.note(&format!("with {}", words.join(" "))).await?;
        }
        let called = Call {
            stack: &after.stack,
            app: &of.operation.app,
            service: &step.service,
            user: "",
            script: &script,
            function: &step.function,
            arguments: &step.arguments,
            secrets: arguments.iter().map(|a| &a.secret).filter(|s| !s.is_empty()).chain(known).cloned().collect(),
            limit: LIMIT,
        };
        call(run, called, &stoppable.asked).await
    };
    Ok(match begun.await {
        Ok(Ending::Code(0)) => Ok(()),
        Ok(Ending::Code(code)) => Err(format!("exit code {code}; {}", meaning(code))),
        Ok(Ending::TookTooLong) => Err(format!("it ran for {} and was ended", minutes(LIMIT))),
        Ok(Ending::Stopped) => Err("somebody stopped it".to_owned()),
        Err(OpError::Store(error)) => return Err(error.into()),
        Err(other) => Err(other.to_string()),
    })
}

fn failed(why: &str, left: &[AfterStep]) -> String {
    if left.is_empty() {
        return why.to_owned();
    }
    let names: Vec<String> = left.iter().map(ToString::to_string).collect();
    format!("{why}\nnot run after that: {}", names.join(", "))
}

/// The outcome where a step failed: of a deploy or of going back that went well otherwise, or of an undeploy that was not begun.
pub const STEP_FAILED: &str = "step failed";
