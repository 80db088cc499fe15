//! Rotating a secret in one operation: a new version beside the old one, the settings, a deploy, a look at the running tasks, and
//! only then the old one goes. Whatever fails on the way, the old version is put into use again, and the verdict says so.
//!
//! The deploy is the one that was shown. `putback.rs` is the way back.


use crate::access::Grant;
use crate::access::action::RotateSecret;
use crate::clock::Millis;
use crate::commands::secret_version::SetSecretVersion;
use crate::envfile::EnvFile;
use crate::secret::SecretValue;
use crate::stack::converge::Outcome;
use crate::stack::desired::Desired;
use crate::stack::names::descope;
use crate::stack::observed::{Named, Observed};
use crate::store::Denied;

use super::apply::{Leftovers, Target};
use super::deployed::{self, MadeOf};
use super::ended::{Ended, OpError};
use super::handover::{Reveals, Values};
use super::order::{RotateWanted, Turn};
use super::pins::Resolve;
use super::run::Run;
use super::secrets::{Of, by_rule, made_by, needs, store};
use super::teardown::forgiving;
use super::unused::secret_readers;
use super::{apply, check, pins, putback, watching};
use crate::stack::belongings::OWNER_LABEL;

/// Somebody may save settings at the same moment; so often the version is written into theirs.
const TRIES: usize = 5;
/// The engine shows the tasks of a service that has come up within this time.
const SHOWN_MS: Millis = 20_000;

/// Carries it out. `may` is the right to rotate, judged when the operation began to run.
pub async fn run(
    may: &Grant<RotateSecret>,
    run: &Run,
    of: Of<'_>,
    wanted: RotateWanted,
    given: Values,
    reveals: &Reveals,
) -> Result<Ended, OpError> {
    run.step("Check the plan").await?;
    let observed = match same_as_shown(run, of, &wanted).await {
        // It was begun before a restart, and now something stands in its way.
        Err(error) if run.past.touched => return putback::run(may, run, of, &wanted, &error.into_ended().cause).await,
        other => other?,
    };
    let standing = check::standing(&wanted.deploy.desired, &observed);
    check::powers(may, run, &wanted.deploy.desired, &observed, &standing).await?;

    run.touch().await?;
    let mut made = vec![];
    let cause = match forward(may, run, of, &wanted, &given, &mut made, &observed).await {
        Ok(Ok(ended)) => {
            if !made.is_empty() {
                reveals.put(of.operation.id, may.actor().member(), run.now(), made);
            }
            retire(run, of, &wanted).await?;
            return Ok(Ended { outcome: "rotated".to_owned(), ..ended });
        }
        Ok(Err(cause)) => cause,
        Err(error) => error.into_ended().cause,
    };
    putback::run(may, run, of, &wanted, &cause).await
}

/// A reading in which the new versions are there: the plan that was shown was made so.
pub fn with_new(mut observed: Observed, turns: &[Turn]) -> Observed {
    for turn in turns {
        if !observed.secrets.iter().any(|s| s.name == turn.to) {
            observed.secrets.push(Named { name: turn.to.clone(), ..Named::default() });
        }
    }
    observed
}

async fn same_as_shown(run: &Run, of: Of<'_>, wanted: &RotateWanted) -> Result<Observed, OpError> {
    let deploy = &wanted.deploy;
    let swarm = run.fresh().await?;
    if !run.past.touched {
        let app = of.store.app_by_id(of.operation.app_id).await?.ok_or_else(|| OpError::stop("failed", "the app is gone"))?;
        if app.env_number != deploy.env_number {
            let text = "somebody saved other settings after this was shown. Nothing was changed; look again and ask anew";
            return Err(OpError::stop("plan changed", text));
        }
        if let Some(turn) = wanted.turns.iter().find(|t| swarm.secrets.iter().any(|s| s.name == t.to)) {
            let text = format!("{} was made by somebody else meanwhile. Nothing was changed; look again and ask anew", turn.to);
            return Err(OpError::stop("plan changed", text));
        }
    }
    let observed = with_new(swarm.stack(&deploy.desired.stack), &wanted.turns);
    check::holds(run, &deploy.desired, &observed, &deploy.plan_hash, &deploy.keep)?;
    Ok(observed)
}

/// Up to the running tasks. The inner error is a deploy that did not come up.
async fn forward(
    may: &Grant<RotateSecret>,
    run: &Run,
    of: Of<'_>,
    wanted: &RotateWanted,
    given: &[(String, SecretValue)],
    made: &mut Values,
    observed: &Observed,
) -> Result<Result<Ended, String>, OpError> {
    run.step("Make the new version").await?;
    make(run, of, wanted, given, made).await?;

    run.step("Write the settings").await?;
    let reason = format!("rotated {}: {} to {}", locals(wanted), wanted.from_version, wanted.to_version);
    let env_number = write_version(may, of, &wanted.variable, &wanted.to_version, &reason).await?;

    run.step("Find the images").await?;
    let deploy = &wanted.deploy;
    // Only the secret is to change: what a tag means by now is a matter for a deploy.
    let pinned = pins::pin(run, deploy.desired.clone(), observed, Resolve::Changed).await?;

    run.step("Change the Swarm").await?;
    let pass = check::pass(may, &pinned, observed, &check::standing(&pinned, observed))?;
    let target = Target { desired: &pinned, secrets: &[], leftovers: Leftovers::Remove };
    let expected = apply::apply(run, &pass, &target, observed).await?;

    run.step("Watch the services").await?;
    let verdict = watching::watch(run, &pinned.stack, expected, deploy.timeout_s).await?;
    let of_what = MadeOf { recipe: &deploy.recipe, version: &deploy.version, commit: &deploy.commit, env_number };
    let ended = deployed::ended(of.operation, &of_what, &pinned, &verdict);
    if verdict.outcome != Outcome::Converged {
        return Ok(Err(format!("{}\n{}", ended.outcome, ended.cause).trim().to_owned()));
    }

    run.step("See that the tasks use it").await?;
    Ok(in_use(run, &pinned, wanted).await?.map(|()| ended))
}

/// Values that were made before a restart are forgotten: what is not in use yet is made anew, what was given is asked for again.
async fn make(
    run: &Run,
    of: Of<'_>,
    wanted: &RotateWanted,
    given: &[(String, SecretValue)],
    made: &mut Values,
) -> Result<(), OpError> {
    let needs = needs(&of).await?;
    let present = run.fresh().await?;
    for turn in &wanted.turns {
        let value = given.iter().find(|(name, _)| *name == turn.to).map(|(_, value)| value);
        match present.secrets.iter().find(|s| s.name == turn.to) {
            Some(secret) if !turn.given && made_by(secret, of.operation) && secret_readers(&present, &turn.to).is_empty() => {
                run.note(&format!("{} was made before the restart, and its value was forgotten; it is made anew", turn.to)).await?;
                forgiving(run.remove_secret(&turn.to, &secret.id).await)?;
            }
            Some(_) => {
                run.note(&format!("{} is there", turn.to)).await?;
                if !turn.given {
                    run.warn("its value can't be shown any more, for Canteen was restarted; who needs to know it rotates again")
                        .await?;
                }
                continue;
            }
            None => {}
        }
        if turn.given {
            let lost = || {
                format!("Canteen was restarted before {} was stored, and keeps no values; rotate again and give it anew", turn.to)
            };
            store(run, of.operation, &turn.to, value.ok_or_else(|| OpError::stop("failed", lost()))?).await?;
            continue;
        }
        let need = needs.iter().find(|n| n.local == turn.local);
        let unknown = || OpError::stop("failed", format!("the recipe no longer asks for {}", turn.local));
        let value = by_rule(need.ok_or_else(unknown)?)?.ok_or_else(unknown)?;
        store(run, of.operation, &turn.to, &value).await?;
        made.push((turn.local.clone(), value));
    }
    Ok(())
}

/// One line of the newest settings. Returns the number of the revision that holds it.
pub(super) async fn write_version(
    may: &Grant<RotateSecret>,
    of: Of<'_>,
    variable: &str,
    version: &str,
    reason: &str,
) -> Result<i32, OpError> {
    let stop = |text: String| OpError::stop("failed", text);
    for _ in 0..TRIES {
        let app = of.store.app_by_id(of.operation.app_id).await?.ok_or_else(|| stop("the app is gone".to_owned()))?;
        let newest = of.store.env_revision(app.id, app.env_number).await?;
        let newest = newest.ok_or_else(|| stop("the app has no settings".to_owned()))?;
        let mut env = EnvFile::parse(&newest.text).map_err(|e| stop(format!("settings, {e}; {}", e.hint)))?;
        if env.get(variable).as_deref() == Some(version) {
            return Ok(newest.number);
        }
        env.enable(variable, version);
        let command = SetSecretVersion {
            app_id: app.id,
            based_on: newest.number,
            text: env.text(),
            variable: variable.to_owned(),
            version: version.to_owned(),
            reason: reason.to_owned(),
        };
        match of.store.commit(may, command).await {
            Ok(number) => return Ok(number),
            Err(Denied::Rule { .. }) => {}
            Err(Denied::Store(error)) => return Err(error.into()),
            Err(removed @ Denied::Removed(_)) => return Err(stop(removed.to_string())),
        }
    }
    Err(stop(format!("somebody saves the settings all the time, so {variable} could not be written; try again")))
}

/// Every service that is to read the new version names it and no old one, and its tasks are of that spec.
async fn in_use(run: &Run, desired: &Desired, wanted: &RotateWanted) -> Result<Result<(), String>, OpError> {
    let began = run.now();
    loop {
        let observed = run.fresh().await?.stack(&desired.stack);
        match amiss(&observed, desired, &wanted.turns) {
            None => return Ok(Ok(())),
            Some(why) if run.now() - began > SHOWN_MS => return Ok(Err(why)),
            Some(_) => run.feed.breathe().await,
        }
    }
}

fn amiss(observed: &Observed, desired: &Desired, turns: &[Turn]) -> Option<String> {
    for wish in &desired.services {
        let reads = |name: &str| wish.task_template.container_spec.secrets.iter().any(|r| r.name == name);
        if !turns.iter().any(|t| reads(&t.to)) {
            continue;
        }
        let short = descope(&desired.stack, &wish.name).unwrap_or(&wish.name);
        let Some(service) = observed.services.iter().find(|s| s.spec.name == wish.name) else {
            return Some(format!("{short} is gone"));
        };
        let names = |name: &str| service.spec.task_template.container_spec.secrets.iter().any(|r| r.name == name);
        if turns.iter().any(|t| names(&t.from) || (reads(&t.to) && !names(&t.to))) {
            return Some(format!("{short} reads the old version"));
        }
        if observed.tasks.iter().any(|t| t.service == service.id && t.desired == "running" && !t.current) {
            return Some(format!("a task of {short} runs on with the old version"));
        }
    }
    None
}

/// Removes the old version. It has done its work by now, so what can't be removed is told and is no failure.
async fn retire(run: &Run, of: Of<'_>, wanted: &RotateWanted) -> Result<(), OpError> {
    run.step("Remove the old version").await?;
    for turn in &wanted.turns {
        let swarm = run.fresh().await?;
        let Some(secret) = swarm.secrets.iter().find(|s| s.name == turn.from) else { continue };
        let readers = secret_readers(&swarm, &turn.from);
        let other = secret.labels.get(OWNER_LABEL).is_some_and(|app| *app != of.operation.app);
        if wanted.keep_old {
            run.note(&format!("{} stays, as was asked for", turn.from)).await?;
        } else if !readers.is_empty() || other || descope(&wanted.deploy.desired.stack, &turn.from).is_none() {
            let who = if readers.is_empty() { "another app".to_owned() } else { readers.join(", ") };
            run.warn(&format!("{} stays: {who} may need it", turn.from)).await?;
        } else {
            match forgiving(run.remove_secret(&turn.from, &secret.id).await) {
                Err(OpError::Engine(error)) => run.warn(&format!("{} stays: {error}; remove it later", turn.from)).await?,
                other => other?,
            }
        }
    }
    Ok(())
}

/// The names of the secrets that turn.
pub(super) fn locals(wanted: &RotateWanted) -> String {
    wanted.turns.iter().map(|t| t.local.as_str()).collect::<Vec<_>>().join(", ")
}
