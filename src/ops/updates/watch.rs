//! Asks for updates whose time has come. It may be run by several processes at once, and again after a restart: what was asked for is
//! noted with the order itself, and a second note is refused.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::access::action::{Deploy, HoldUpdate};
use crate::access::{Actor, Grant, Refusal, Target, WriteAction};
use crate::clock::Millis;
use crate::commands::update_hold;
use crate::engine::feed::Feed;
use crate::ops::approval::PutUp;
use crate::ops::check;
use crate::ops::ended::OpError;
use crate::ops::live::Live;
use crate::ops::order::{self, DeployWanted};
use crate::ops::safety::SafetyWanted;
use crate::recipe::after::Occasion;
use crate::shelf::Shelf;
use crate::stack::names::StackName;
use crate::store::apps::App;
use crate::store::{Denied, Store};
use crate::updates::Decision;

use super::asked::Asked;
use super::judge::{Judgement, Sources, judge, policy_of};
use super::look::{Made, blocking};

/// Looks after all apps.
#[derive(Clone)]
pub struct Watch {
    pub store: Store,
    pub shelf: Shelf,
    pub feed: Arc<Feed>,
    pub live: Arc<Live>,
    /// Rings the runner.
    pub bell: Arc<Notify>,
    /// How long a deploy may take, in seconds, where the recipe does not say.
    pub deploy_timeout_s: u64,
}

impl Watch {
    /// Looks at every app whose window is open.
    ///
    /// # Errors
    /// The database can't be read. What goes wrong with one app is logged, and the next one is looked at.
    pub async fn look(&self) -> Result<(), OpError> {
        for chosen in self.store.update_policies().await? {
            let (policy, now) = (policy_of(Some(&chosen)), self.store.clock().now());
            if !policy.mode.deploys() || policy.window.opened(now).is_none() || self.store.is_removed(chosen.app_id).await? {
                continue;
            }
            let Some(app) = self.store.app_by_id(chosen.app_id).await? else { continue };
            if let Err(error) = self.look_at(&app).await {
                tracing::error!(%error, app = app.name, "an update could not be judged");
            }
        }
        Ok(())
    }

    async fn look_at(&self, app: &App) -> Result<(), OpError> {
        // Without a reading the latest one says so, and the decision waits.
        let _answered = self.feed.fresh().await;
        let reading = self.feed.latest();
        let mut judgement = judge(Sources { store: &self.store, shelf: &self.shelf, reading: &reading }, app).await?;
        match judgement.decision.clone() {
            Decision::Run { to, window } => {
                let Some(version) = judgement.made.take() else { return Ok(()) };
                let stack = StackName::parse(&app.stack).map_err(|e| OpError::stop("failed", e.to_string()))?;
                let plan_hash = check::beside(&version.rendered.desired, reading.swarm.stack(&stack), &version.keep).hash();
                self.ask(app, &judgement, Due { to, window, plan_hash }, version).await
            }
            Decision::Held { to, why } => {
                let may = may::<HoldUpdate>(app)?;
                let from = judgement.current.unwrap_or_default();
                let hold = update_hold::HoldUpdate { app_id: app.id, from, to, why };
                told(self.store.commit(&may, hold).await.map(drop))
            }
            _ => Ok(()),
        }
    }

    /// Asks for the same deploy as a member would.
    async fn ask(&self, app: &App, judgement: &Judgement, due: Due, version: Made) -> Result<(), OpError> {
        let may = may::<Deploy>(app)?;
        let (mirrors, recipe, at) = (self.shelf.clone(), version.at.name.clone(), version.at.commit.clone());
        // A deployed commit stays on the shelf, even when its tag moves away.
        blocking(move || mirrors.keep(&recipe, &at)).await?.map_err(|e| OpError::stop("failed", e.to_string()))?;
        let wanted = DeployWanted {
            recipe: app.recipe.clone(),
            version: due.to.clone(),
            commit: version.at.commit,
            env_number: app.env_number,
            plan_hash: due.plan_hash,
            keep: version.keep,
            timeout_s: version.rendered.timeout_s.unwrap_or(self.deploy_timeout_s),
            desired: version.rendered.desired,
            confirmed: vec![],
            chaos: None,
            after: Some(Occasion::Upgrade.variable().to_owned()),
            put_back: true,
            safety: judgement.safety.map(|repository| SafetyWanted { repository, in_spite: String::new() }),
        };
        let nonce = format!("{}-{}-{}-{}", may.actor().name(), app.id, due.to, due.window);
        let policy = format!("{}, {}", judgement.policy.mode.as_str(), judgement.policy.window.told());
        let mut order = order::deploy(app.id, Box::new(wanted), nonce);
        order.put_up(PutUp { reason: format!("the update policy of the app: {policy}"), seen: None });
        let asked = Asked {
            order,
            app_id: app.id,
            version: due.to,
            window_at: due.window,
            window: judgement.policy.window,
            chosen_at: judgement.chosen.as_ref().map_or(0, |chosen| chosen.at),
            policy,
        };
        match self.store.commit(&may, asked).await {
            Ok(asked) => {
                tracing::info!(?asked, app = app.name, "an update was asked for by itself");
                self.bell.notify_one();
                self.live.poke("apps");
                Ok(())
            }
            other => told(other.map(drop)),
        }
    }
}

/// What is asked for.
struct Due {
    to: String,
    /// When the window opened.
    window: Millis,
    plan_hash: String,
}

fn may<A: WriteAction>(app: &App) -> Result<Grant<A>, OpError> {
    Grant::judge(Actor::Scheduler, Target::App(app.name.clone())).map_err(|why: Refusal| OpError::stop("refused", why.to_string()))
}

/// A rule that stands against it is no fault: somebody was faster, or it was told before.
fn told(done: Result<(), Denied>) -> Result<(), OpError> {
    match done {
        Ok(()) => Ok(()),
        Err(Denied::Rule { what, text }) => {
            tracing::debug!(what, text, "an update waits");
            Ok(())
        }
        Err(removed @ (Denied::Removed(_) | Denied::Refused { .. })) => {
            tracing::debug!(%removed, "nothing is updated");
            Ok(())
        }
        Err(Denied::Store(error)) => Err(error.into()),
    }
}
