//! A deploy that nobody looks at: it may ask for nothing new, and where it fails the whole stack becomes what it was.

use crate::access::Grant;
use crate::access::action::Deploy;
use crate::ops::apply::{Leftovers, Target};
use crate::ops::ended::{Ended, OpError, conclude};
use crate::ops::order::{DeployWanted, left};
use crate::ops::rollback::{Of, objects};
use crate::ops::run::Run;
use crate::ops::scale::keep_chosen;
use crate::ops::{apply, check, deploy, watching};
use crate::stack::converge::Outcome;
use crate::store::deployments::Deployment;

/// The step in which everything becomes what it was.
const BACK: &str = "Put the whole stack back";

/// Carries the update out. `may` is the scheduler's right to deploy.
pub(in crate::ops) async fn carry_out(
    may: &Grant<Deploy>,
    run: &Run,
    of: Of<'_>,
    mut wanted: DeployWanted,
) -> Result<Ended, OpError> {
    let observed = run.fresh().await?.stack(&wanted.desired.stack);
    // Whatever the order says was confirmed: unattended, only what runs already counts.
    wanted.confirmed = check::standing(&wanted.desired, &observed);
    let (version, timeout_s) = (wanted.version.clone(), wanted.timeout_s);
    let given_up = given_up(of, &version).await?;
    let done = match &given_up {
        Some(cause) => Err(OpError::stop("failed", cause.clone())),
        None => deploy::run(may, run, of.operation, wanted).await,
    };
    if matches!(&done, Ok(ended) if ended.reached) || (done.is_err() && !touched(of).await?) {
        return done;
    }
    let ended = done.unwrap_or_else(OpError::into_ended);
    let Some(earlier) = of.store.last_converged(of.operation.app_id).await? else { return Ok(ended) };
    if given_up.is_none() {
        run.warn(&format!("{}{}", not_up(&version), ended.cause)).await?;
        run.close_step(false).await?;
    }
    run.step(BACK).await?;
    let done = back(run, of, &earlier, timeout_s).await;
    run.close_step(matches!(done, Ok(Outcome::Converged))).await?;
    let old = &earlier.version;
    let Ended { outcome: failed, cause, deployment, .. } = ended;
    let (outcome, state) = match done {
        Ok(Outcome::Converged) => {
            ("rolled back".to_owned(), format!("The whole stack was put back to {old}. {version} is not tried again by itself"))
        }
        Ok(other) => {
            let how = other.as_str().replace('_', " ");
            (failed, format!("The whole stack was put back to {old}, and did not come up either ({how}); look at the app"))
        }
        Err(error) => (failed, format!("The whole stack could not be put back to {old} ({error}); look at the app")),
    };
    Ok(Ended { deployment, ..Ended::badly(&outcome, format!("{cause}\n{state}")) })
}

/// Why the version was given up, if Canteen was restarted while the stack was put back: it is not sent a second time then.
async fn given_up(of: Of<'_>, version: &str) -> Result<Option<String>, OpError> {
    let journal = of.store.journal(of.operation.id, 0).await?;
    if journal.iter().all(|line| line.step != BACK) {
        return Ok(None);
    }
    let told = journal.iter().find_map(|line| line.text.strip_prefix(&not_up(version)));
    Ok(Some(told.unwrap_or_default().to_owned()))
}

fn not_up(version: &str) -> String {
    format!("{version} did not come up: ")
}

async fn touched(of: Of<'_>) -> Result<bool, OpError> {
    Ok(of.store.operation(of.operation.id).await?.is_some_and(|o| o.touched))
}

/// Sends what the newest deployment that worked had sent. What it asks of the host was admitted when it was deployed.
async fn back(run: &Run, of: Of<'_>, earlier: &Deployment, timeout_s: u64) -> Result<Outcome, OpError> {
    let mut desired = objects(earlier)?;
    keep_chosen(&mut desired, &of.store.chosen_replicas(of.operation.app_id).await?);
    let observed = run.fresh().await?.stack(&desired.stack);
    let pass = check::pass_back(&conclude(of.operation), &desired, &observed)?;
    let keep = of.store.operation(earlier.operation_id).await?.map(|o| left(&o)).unwrap_or_default();
    let target = Target { desired: &desired, secrets: &[], leftovers: Leftovers::Except(&keep) };
    let expected = apply::apply(run, &pass, &target, &observed).await?;
    Ok(watching::watch(run, &desired.stack, expected, timeout_s).await?.outcome)
}
