//! A rotation that failed: the services, the settings and the Swarm's secrets become what they were, and the verdict tells how far
//! that came.

use crate::access::Grant;
use crate::access::action::RotateSecret;
use crate::envfile::EnvFile;
use crate::stack::converge::Outcome;
use crate::stack::desired::Desired;
use crate::stack::observed::Observed;

use super::apply::{Leftovers, Target};
use super::ended::{Ended, OpError};
use super::order::{RotateWanted, Turn};
use super::rotate::{locals, write_version};
use super::run::Run;
use super::secrets::{Of, made_by};
use super::teardown::forgiving;
use super::unused::secret_readers;
use super::{apply, check, rollback, watching};

/// Goes back, and ends the operation with the cause of it all.
pub(super) async fn run(
    may: &Grant<RotateSecret>,
    run: &Run,
    of: Of<'_>,
    wanted: &RotateWanted,
    cause: &str,
) -> Result<Ended, OpError> {
    run.warn(cause).await?;
    run.close_step(false).await?;
    run.step("Put the old version back").await?;
    let old = &wanted.from_version;
    let done = back(may, run, of, wanted).await;
    run.close_step(matches!(done, Ok(None))).await?;
    let state = match done {
        Ok(None) => format!("Nothing is lost: {old} of {} is in use, as before, and the settings name it", locals(wanted)),
        Ok(Some(outcome)) => {
            format!(
                "{old} of {} was put back, but the services did not come up with it ({outcome}); look at the app",
                locals(wanted)
            )
        }
        Err(error) => {
            format!("{old} of {} is still on the Swarm, but could not be put back ({error}); look at the app", locals(wanted))
        }
    };
    Ok(Ended::badly("failed", format!("{cause}\n{state}")))
}

/// `Some` tells how the services stand that did not come up again.
async fn back(may: &Grant<RotateSecret>, run: &Run, of: Of<'_>, wanted: &RotateWanted) -> Result<Option<String>, OpError> {
    let mut stands = None;
    let observed = run.fresh().await?.stack(&wanted.deploy.desired.stack);
    if reads_new(&observed, &wanted.turns) {
        let earlier = earlier(of, wanted).await?;
        let target = Target { desired: &earlier, secrets: &[], leftovers: Leftovers::Remove };
        let pass = check::pass(may, &earlier, &observed, &check::standing(&earlier, &observed))?;
        let expected = apply::apply(run, &pass, &target, &observed).await?;
        let verdict = watching::watch(run, &earlier.stack, expected, wanted.deploy.timeout_s).await?;
        stands = (verdict.outcome != Outcome::Converged).then(|| verdict.outcome.as_str().replace('_', " "));
    }
    settings(may, of, wanted).await?;
    // The new version is of no use any more, and its name is wanted for the next try.
    let swarm = run.fresh().await?;
    for turn in &wanted.turns {
        let made = swarm.secrets.iter().find(|s| s.name == turn.to && made_by(s, of.operation));
        if let Some(secret) = made.filter(|s| secret_readers(&swarm, &s.name).is_empty()) {
            forgiving(run.remove_secret(&turn.to, &secret.id).await)?;
        }
    }
    Ok(stands)
}

fn reads_new(observed: &Observed, turns: &[Turn]) -> bool {
    let mut read = observed.services.iter().flat_map(|s| &s.spec.task_template.container_spec.secrets);
    read.any(|r| turns.iter().any(|t| t.to == r.name))
}

/// What ran before: the deployment that is kept of it, or else the new one with the old names in it.
async fn earlier(of: Of<'_>, wanted: &RotateWanted) -> Result<Desired, OpError> {
    if let Some(id) = wanted.deployment
        && let Some(kept) = of.store.deployment(of.operation.app_id, id).await?
    {
        return rollback::objects(&kept);
    }
    let mut desired = wanted.deploy.desired.clone();
    let old = |name: &str| wanted.turns.iter().find(|t| t.to == name).map(|t| t.from.clone());
    let refs = desired.services.iter_mut().flat_map(|s| &mut s.task_template.container_spec.secrets).map(|r| &mut r.name);
    for name in refs.chain(desired.secrets.iter_mut().map(|s| &mut s.name)) {
        if let Some(before) = old(name) {
            *name = before;
        }
    }
    Ok(desired)
}

/// Only if they name the new version: a rotation may fail before it came to them.
async fn settings(may: &Grant<RotateSecret>, of: Of<'_>, wanted: &RotateWanted) -> Result<(), OpError> {
    let Some(app) = of.store.app_by_id(of.operation.app_id).await? else { return Ok(()) };
    let newest = of.store.env_revision(app.id, app.env_number).await?;
    let env = newest.and_then(|r| EnvFile::parse(&r.text).ok());
    if env.is_some_and(|e| e.get(&wanted.variable).as_deref() == Some(wanted.to_version.as_str())) {
        let reason = format!("the rotation of {} failed", locals(wanted));
        write_version(may, of, &wanted.variable, &wanted.from_version, &reason).await?;
    }
    Ok(())
}
