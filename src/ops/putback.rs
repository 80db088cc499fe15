//! A rotation that failed: the services, the settings and the Swarm's secrets become what they were, and the verdict tells how far
//! that came. It needs none of the rights of whoever asked: what was begun with them can be undone without them.

use crate::access::Grant;
use crate::access::action::Conclude;
use crate::stack::converge::Outcome;

use super::apply::{Leftovers, Target};
use super::ended::{Ended, OpError, conclude};
use super::exchange::Exchange;
use super::order::RotateWanted;
use super::rotate::locals;
use super::run::Run;
use super::secrets::{Of, made_by};
use super::teardown::forgiving;
use super::unused::secret_readers;
use super::{apply, check, version_line, watching};

/// Goes back, and ends the operation with the cause of it all.
pub(super) async fn run(run: &Run, of: Of<'_>, wanted: &RotateWanted, why: Ended) -> Result<Ended, OpError> {
    let may = conclude(of.operation);
    run.warn(&why.cause).await?;
    run.close_step(false).await?;
    run.step("Put the old version back").await?;
    let old = &wanted.from_version;
    let done = back(&may, run, of, wanted).await;
    run.close_step(matches!(done, Ok(None))).await?;
    let state = match done {
        Ok(None) => format!("Nothing is lost: {old} of {} is in use, as before, and the settings name it", locals(wanted)),
        Ok(Some(outcome)) => {
            format!(
                "{old} of {} was put back, but the services did not come up with it ({outcome}); look at the app",
                locals(wanted)
            )
        }
        Err(error) => format!("{old} of {} could not be put back ({error}); look at the app", locals(wanted)),
    };
    let outcome = if why.outcome == "refused" { "refused" } else { "failed" };
    Ok(Ended::badly(outcome, format!("{}\n{state}", why.cause)))
}

/// `Some` tells how the services stand that did not come up again.
async fn back(may: &Grant<Conclude>, run: &Run, of: Of<'_>, wanted: &RotateWanted) -> Result<Option<String>, OpError> {
    let mut stands = None;
    let mut before = wanted.deploy.desired.clone();
    Exchange::of(wanted).back().carry_out(&mut before);
    let observed = run.fresh().await?.stack(&before.stack);
    if !check::beside(&before, observed.clone(), &[]).is_empty() {
        let target = Target { desired: &before, secrets: &[], leftovers: Leftovers::Keep };
        let pass = check::pass_back(may, &before, &observed)?;
        let expected = apply::apply(run, &pass, &target, &observed).await?;
        let verdict = watching::watch(run, &before.stack, expected, wanted.deploy.timeout_s).await?;
        stands = (verdict.outcome != Outcome::Converged).then(|| verdict.outcome.as_str().replace('_', " "));
    }
    version_line::put_back(may, of, wanted).await?;
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
