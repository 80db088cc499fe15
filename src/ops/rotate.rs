//! Rotating a secret in one operation: a new version beside the old one, the settings, the services, a look at the running tasks, and
//! only then the old one goes. Whatever fails on the way, the old version is put into use again, and the verdict says so.
//!
//! What is sent is what runs, as it was shown, with the new version in it: the recipe's version, the settings, the numbers of tasks, what
//! somebody changed past the dashboard, all of it stays. `version_line.rs` is the settings' part, `retire.rs` the end, `putback.rs` the
//! way back.

use crate::access::Grant;
use crate::access::action::RotateSecret;
use crate::clock::Millis;
use crate::secret::{SecretValue, rule_of};
use crate::stack::converge::{Outcome, Verdict};
use crate::stack::desired::Desired;
use crate::stack::names::descope;
use crate::stack::observed::{Named, Observed};
use crate::stack::policy::Pass;

use super::apply::{Leftovers, Target};
use super::deployed::{self, MadeOf};
use super::ended::{Ended, OpError};
use super::exchange::Exchange;
use super::handover::{Reveals, Values};
use super::order::{RotateWanted, Turn};
use super::run::Run;
use super::secrets::{Of, by_rule, made_by, store};
use super::teardown::forgiving;
use super::unused::secret_readers;
use super::{apply, check, putback, retire, rollback, version_line, watching};

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
    let ready = match ready(may, run, of, &wanted).await {
        Ok(ready) => ready,
        Err(error) if run.past.touched => return stopped(run, of, &wanted, error).await,
        Err(error) => return Err(error),
    };

    run.touch().await?;
    let mut made = vec![];
    let why = match forward(may, run, of, &wanted, &given, &mut made, &ready).await {
        Ok(Ok(ended)) => {
            if !made.is_empty() {
                reveals.put(of.operation.id, may.actor().member(), run.now(), made);
            }
            let stays = retire::retire(run, of, &wanted).await;
            return Ok(Ended { cause: stays.join("\n"), ..ended });
        }
        Ok(Err(cause)) => Ended::badly("failed", cause),
        Err(error) => error.into_ended(),
    };
    putback::run(run, of, &wanted, why).await
}

/// Whoever asked may not rotate any more, and it was begun before a restart.
pub(super) async fn refused(run: &Run, of: Of<'_>, wanted: &RotateWanted, why: OpError) -> Result<Ended, OpError> {
    run.step("Check the plan").await?;
    stopped(run, of, wanted, why).await
}

/// It was begun before a restart, and now something stands in its way. Where the old version has begun to go, the new one is in use and
/// stays; else everything is put back.
async fn stopped(run: &Run, of: Of<'_>, wanted: &RotateWanted, why: OpError) -> Result<Ended, OpError> {
    let desired = &wanted.deploy.desired;
    if let Ok(swarm) = run.fresh().await
        && retire::begun(&swarm, wanted)
        && amiss(&swarm.stack(&desired.stack), desired, &wanted.turns).is_none()
        && let Some(env_number) = version_line::written(of, wanted).await?
    {
        run.note("the new version is in use already, so it stays").await?;
        let record = record(of, wanted).await?;
        let verdict = Verdict { outcome: Outcome::Converged, causes: vec![], unseen: false };
        return Ok(ended(of, wanted, &record, env_number, &verdict));
    }
    putback::run(run, of, wanted, why.into_ended()).await
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

/// What is known before the first change.
struct Ready {
    observed: Observed,
    pass: Pass,
    /// What is kept as the deployment if it works.
    record: Desired,
}

async fn ready(may: &Grant<RotateSecret>, run: &Run, of: Of<'_>, wanted: &RotateWanted) -> Result<Ready, OpError> {
    let deploy = &wanted.deploy;
    let record = record(of, wanted).await?;
    let swarm = run.fresh().await?;
    if !run.past.touched {
        version_line::untouched(wanted, &version_line::newest(of).await?.2)?;
        if let Some(turn) = wanted.turns.iter().find(|t| swarm.secrets.iter().any(|s| s.name == t.to)) {
            let text = format!("{} was made by somebody else meanwhile. Nothing was changed; look again and ask anew", turn.to);
            return Err(OpError::stop("plan changed", text));
        }
    }
    let observed = with_new(swarm.stack(&deploy.desired.stack), &wanted.turns);
    check::holds(run, &deploy.desired, &observed, &deploy.plan_hash, &[])?;
    let standing = check::standing(&deploy.desired, &observed);
    check::powers(may, run, &deploy.desired, &observed, &standing).await?;
    let pass = check::pass(may, run, &deploy.desired, &observed, &standing)?;
    Ok(Ready { observed, pass, record })
}

/// The record of what runs, with the new version. What runs and is not on record, such as what somebody changed past the dashboard,
/// does not come onto it by a rotation.
async fn record(of: Of<'_>, wanted: &RotateWanted) -> Result<Desired, OpError> {
    // What an earlier Canteen was asked for was rendered from the recipe, and is the record itself.
    let (Some(id), Some(_)) = (wanted.deployment, wanted.deployed_env) else { return Ok(wanted.deploy.desired.clone()) };
    let kept = rollback::earlier(rollback::Of { operation: of.operation, store: of.store }, id).await?;
    let mut record = rollback::objects(&kept)?;
    Exchange::of(wanted).carry_out(&mut record);
    Ok(record)
}

/// The verdict, and what is kept of it. The version that the next deploy is to have stays whichever it is.
fn ended(of: Of<'_>, wanted: &RotateWanted, record: &Desired, env_number: i32, verdict: &Verdict) -> Ended {
    let deploy = &wanted.deploy;
    let made_of = MadeOf { recipe: &deploy.recipe, version: &deploy.version, commit: &deploy.commit, env_number };
    let ended = deployed::ended(of.operation, &made_of, record, verdict);
    let outcome = if ended.reached { "rotated".to_owned() } else { ended.outcome };
    Ended { outcome, version: None, ..ended }
}

/// Up to the running tasks. The inner error is a change that did not come up.
async fn forward(
    may: &Grant<RotateSecret>,
    run: &Run,
    of: Of<'_>,
    wanted: &RotateWanted,
    given: &[(String, SecretValue)],
    made: &mut Values,
    ready: &Ready,
) -> Result<Result<Ended, String>, OpError> {
    run.step("Make the new version").await?;
    make(run, of, wanted, given, made).await?;

    run.step("Write the settings").await?;
    let env_number = version_line::write(may, of, wanted).await?;

    run.step("Change the Swarm").await?;
    let desired = &wanted.deploy.desired;
    let target = Target { desired, secrets: &[], leftovers: Leftovers::Keep };
    let expected = apply::apply(run, &ready.pass, &target, &ready.observed).await?;

    run.step("Watch the services").await?;
    let verdict = watching::watch(run, &desired.stack, expected, wanted.deploy.timeout_s).await?;
    let ended = ended(of, wanted, &ready.record, env_number, &verdict);
    if !ended.reached {
        return Ok(Err(format!("{}\n{}", ended.outcome, ended.cause).trim().to_owned()));
    }

    run.step("See that the tasks use it").await?;
    Ok(in_use(run, desired, wanted).await?.map(|()| ended))
}

/// Values that were made before a restart are forgotten: what is not in use yet is made anew, what was given is asked for again.
async fn make(
    run: &Run,
    of: Of<'_>,
    wanted: &RotateWanted,
    given: &[(String, SecretValue)],
    made: &mut Values,
) -> Result<(), OpError> {
    let (.., settings) = version_line::newest(of).await?;
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
            store(run, &of, "inserted", &turn.to, value.ok_or_else(|| OpError::stop("failed", lost()))?).await?;
            continue;
        }
        let rule = rule_of(&turn.local, Some(&wanted.variable), &settings)
            .map_err(|e| OpError::stop("failed", format!("{e}; {}", e.hint())))?;
        let by_hand = || OpError::stop("failed", format!("{} is not generated any more, so somebody has to give it", turn.local));
        let value = by_rule(&rule)?.ok_or_else(by_hand)?;
        store(run, &of, "generated", &turn.to, &value).await?;
        made.push((turn.local.clone(), value));
    }
    Ok(())
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

/// The names of the secrets that turn.
pub(super) fn locals(wanted: &RotateWanted) -> String {
    wanted.turns.iter().map(|t| t.local.as_str()).collect::<Vec<_>>().join(", ")
}
