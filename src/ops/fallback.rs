//! A deploy that fails after it has begun to change the Swarm: the whole stack becomes again what the last deployment that worked had
//! sent, where whoever asked wanted that. It needs none of their rights: what was begun with them can be undone without them.

use crate::clock::Millis;
use crate::engine::EngineError;
use crate::stack::converge::Outcome;
use crate::stack::names::descope;
use crate::store::deployments::{Deployment, NewDeployment};

use super::apply::{Leftovers, Target};
use super::deployed::MadeOf;
use super::ended::{Ended, OpError, conclude};
use super::order::{DeployWanted, left};
use super::rollback::{Of, objects};
use super::run::{Past, Run};
use super::scale::keep_chosen;
use super::{apply, check, deployed, watching};

/// The outcome of a deploy that failed, after which everything runs again as it did before.
pub const PUT_BACK: &str = "failed, put back";

const STEP: &str = "Put everything back";

/// What is put back if the deploy fails.
pub(super) struct Fallback {
    /// The deploy.
    wanted: DeployWanted,
}

impl Fallback {
    /// What a deploy falls back to, if it was asked for; an update by itself always does.
    pub(super) fn of(of: Of<'_>, wanted: &DeployWanted) -> Option<Self> {
        let asked = wanted.put_back || of.operation.asked_by.is_scheduler();
        asked.then(|| Self { wanted: wanted.clone() })
    }

    /// Carries the deploy out and, where it fails half-way, puts everything back. After a restart while it did that it goes on with it,
    /// and does not deploy what failed a second time.
    pub(super) async fn carry_out(
        self,
        run: &Run,
        of: Of<'_>,
        deploy: impl Future<Output = Result<Ended, OpError>>,
    ) -> Result<Ended, OpError> {
        let (why, begun) = match self.begun(of).await? {
            Some((why, at)) => (why, Some(at)),
            None => match deploy.await {
                done if stays(&done) || !is_touched(of).await? => return done,
                done => (done.unwrap_or_else(OpError::into_ended), None),
            },
        };
        let Some(earlier) = of.store.last_converged(of.operation.app_id).await? else { return Ok(why) };
        if begun.is_none() {
            run.warn(&format!("{}{}", self.said(), why.cause)).await?;
            run.close_step(false).await?;
        }
        // The engine's word on what the deploy sent is no verdict on what is sent now.
        let past = Past { touched: begun.is_some(), attempts: run.past.attempts, started: Some(begun.unwrap_or(run.now())) };
        let run = run.anew(past);
        run.step(STEP).await?;
        let done = self.back(&run, of, &earlier).await;
        run.close_step(matches!(&done, Ok(ended) if ended.reached)).await?;
        Ok(self.told(of, &earlier, why, done))
    }

    /// Why the deploy failed and when its putting back began, if that was before a restart.
    async fn begun(&self, of: Of<'_>) -> Result<Option<(Ended, Millis)>, OpError> {
        let journal = of.store.journal(of.operation.id, 0).await?;
        let Some(at) = journal.iter().position(|l| l.step == STEP && l.level == "begin") else { return Ok(None) };
        let said = self.said();
        let why = journal.iter().take(at).rev().filter(|l| l.level == "warn").find_map(|l| l.text.strip_prefix(&said));
        Ok(journal.get(at).map(|line| (Ended::badly("failed", why.unwrap_or_default()), line.at)))
    }

    fn said(&self) -> String {
        format!("{} did not come up: ", self.wanted.version)
    }

    /// Sends what the deployment had sent. What it asks of the host was admitted when it was deployed.
    async fn back(&self, run: &Run, of: Of<'_>, earlier: &Deployment) -> Result<Ended, OpError> {
        let mut desired = objects(earlier)?;
        for told in keep_chosen(&mut desired, &of.store.chosen_replicas(of.operation.app_id).await?) {
            run.note(&told).await?;
        }
        // What stays is what stayed beside the earlier deployment, and what was to stay beside this one.
        let mut keep = of.store.operation(earlier.operation_id).await?.map(|o| left(&o)).unwrap_or_default();
        // Those ran before this one.
        keep.extend(self.wanted.keep.iter().cloned());
        let observed = run.fresh().await?.stack(&desired.stack);
        if let Some(blocker) = check::beside(&desired, observed.clone(), &keep).blockers.first() {
            return Err(OpError::stop("blocked", format!("{}; {}", blocker.what, blocker.hint)));
        }
        let pass = check::pass_back(&conclude(of.operation), &desired, &observed)?;
        let target = Target { desired: &desired, secrets: &[], leftovers: Leftovers::Except(&keep) };
        let expected = apply::apply(run, &pass, &target, &observed).await?;
        let verdict = watching::watch(run, &desired.stack, expected, self.wanted.timeout_s).await?;
        Ok(deployed::judged(&desired.stack, &verdict))
    }

    /// The verdict: what failed, and what became of putting it back.
    fn told(&self, of: Of<'_>, earlier: &Deployment, why: Ended, done: Result<Ended, OpError>) -> Ended {
        let (new, old) = (&self.wanted.version, &earlier.version);
        let (outcome, state) = match done {
            Ok(back) if back.reached => {
                let again = if of.operation.asked_by.is_scheduler() {
                    format!(". {new} is not tried again by itself")
                } else {
                    String::new()
                };
                let data = "What was changed in the data by then stays changed";
                (PUT_BACK.to_owned(), format!("The whole app was put back to {old}{}. {data}{again}", services(earlier)))
            }
            Ok(back) if still_waits(&back) => {
                let text = format!("The whole app was put back to {old}, which needs more time than it was given; look at the app");
                (why.outcome, format!("{text}\n{}", back.cause))
            }
            Ok(back) => {
                let text = format!("The whole app was put back to {old}, and that did not come up either ({})", back.outcome);
                (why.outcome, format!("{text}; look at the app\n{}", back.cause))
            }
            Err(error) => (why.outcome, format!("The whole app could not be put back to {old} ({error}); look at the app")),
        };
        let cause = [why.cause, state].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        let kept = why.deployment.unwrap_or_else(|| self.tried(of, &outcome));
        let kept = NewDeployment { outcome: outcome.clone(), ..kept };
        Ended { deployment: Some(kept), ..Ended::badly(&outcome, cause) }
    }

    /// What is kept of a deploy whose own record was lost, by a restart or because it broke off. The digests of its images are lost too.
    fn tried(&self, of: Of<'_>, outcome: &str) -> NewDeployment {
        let DeployWanted { recipe, version, commit, env_number, desired, .. } = &self.wanted;
        let made_of = MadeOf { recipe, version, commit, env_number: *env_number };
        deployed::kept(of.operation, &made_of, desired, outcome)
    }
}

/// The services that were put back, as the verdict names them.
fn services(earlier: &Deployment) -> String {
    let Ok(desired) = objects(earlier) else { return String::new() };
    let names: Vec<&str> = desired.services.iter().map(|s| descope(&desired.stack, &s.name).unwrap_or(&s.name)).collect();
    format!(": {}", names.join(", "))
}

/// Whether what was deployed is to stay: it came up, may yet come up, or nobody can know.
fn stays(done: &Result<Ended, OpError>) -> bool {
    match done {
        Ok(ended) => ended.reached || ended.unseen || still_waits(ended),
        Err(OpError::Store(_) | OpError::Engine(EngineError::Unreachable(_))) => true,
        Err(_) => false,
    }
}

/// Whether it may yet come up.
fn still_waits(ended: &Ended) -> bool {
    ended.outcome == Outcome::StillWaiting.as_str().replace('_', " ")
}

async fn is_touched(of: Of<'_>) -> Result<bool, OpError> {
    Ok(of.store.operation(of.operation.id).await?.is_some_and(|o| o.touched))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_yet_come_up_and_what_nobody_knows_of_stays() {
        let unseen = Ended { unseen: true, ..Ended::badly("timed out", "") };
        let away = OpError::Engine(EngineError::Unreachable("away".to_owned()));
        for done in [Ok(Ended::well("converged")), Ok(Ended::badly("still waiting", "")), Ok(unseen), Err(away)] {
            assert!(stays(&done), "{:?}", done.map(|ended| ended.outcome));
        }
        for outcome in ["failed", "rolled back", "paused", "timed out"] {
            assert!(!stays(&Ok(Ended::badly(outcome, ""))), "{outcome}");
        }
        assert!(!stays(&Err(OpError::stop("failed", "half done"))));
    }
}
