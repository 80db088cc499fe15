//! Begins what has the approval that it needs, and ends what can't get it any more. It may be run by several at once, and again after a
//! restart: that a request was carried out is noted with the operation's own row.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::access::action::{
    Adopt, Deploy, DeployChaos, EndRequest, Reapply, Remove, RemoveConfig, RemoveSecret, Restart, Rollback, RotateSecret,
    RunCommand, Scale, SetSecret, Undeploy,
};
use crate::access::{Actor, Grant, Refusal, Target, WriteAction};
use crate::commands::approval_end;
use crate::engine::feed::Feed;
use crate::stack::desired::Desired;
use crate::stack::names::StackName;
use crate::store::approvals::{Request, RequestState};
use crate::store::apps::App;
use crate::store::{Denied, Store};

use super::approval::Ordered;
use super::ended::OpError;
use super::handover::Handover;
use super::live::Live;
use super::order::{Order, Wanted};
use super::scale::keep_chosen;
use super::{asker, check, rollback};

/// Looks after requests for approval.
#[derive(Clone)]
pub struct Release {
    pub store: Store,
    pub feed: Arc<Feed>,
    pub live: Arc<Live>,
    pub handover: Arc<Handover>,
    /// Rings the runner.
    pub bell: Arc<Notify>,
}

/// What holds now for a request that has what it needs.
enum Found {
    /// It is as it was approved.
    Same,
    /// It can't be told yet: Docker does not answer.
    Later,
    /// It is not; why, for people.
    Void(String),
}

const CHANGED: &str = "the plan is no longer the one that was approved. Nothing was changed; look at the new plan and ask again";

impl Release {
    /// Looks at every request that waits.
    ///
    /// # Errors
    /// The database can't be read. What goes wrong with one request is logged, and the next one is looked at.
    pub async fn look(&self) -> Result<(), OpError> {
        for id in self.store.waiting_approvals().await? {
            if let Err(error) = self.look_at(id).await {
                tracing::error!(%error, request = id, "a request for approval could not be looked at");
            }
        }
        Ok(())
    }

    /// Begins what this request is for if it has what it needs, or ends it if it is too old or can't be done any more.
    ///
    /// # Errors
    /// The database can't be read or written. The request waits on, and is looked at again.
    pub async fn look_at(&self, id: i32) -> Result<(), OpError> {
        let Some(request) = self.store.approval(id).await?.filter(|r| r.state == RequestState::Waiting) else { return Ok(()) };
        let now = self.store.clock().now();
        if now >= request.expires_at {
            return self.end(&request, RequestState::Expired, "it was not approved in time; ask again".to_owned()).await;
        }
        if !request.is_met(now) {
            return Ok(());
        }
        let Some(app) = self.store.app_by_id(request.app_id).await? else { return Ok(()) };
        if self.store.is_removed(app.id).await? {
            return self.end(&request, RequestState::Void, "the app was removed".to_owned()).await;
        }
        let Ok(wanted) = serde_json::from_str::<Wanted>(&request.wanted) else {
            let why = "what was asked for can’t be read by this Canteen; ask again".to_owned();
            return self.end(&request, RequestState::Void, why).await;
        };
        let _answered = self.feed.fresh().await;
        match self.found(&app, &wanted).await? {
            Found::Later => Ok(()),
            Found::Void(why) => self.end(&request, RequestState::Void, why).await,
            Found::Same => match self.begin(&request, wanted).await {
                Ok(Ordered::Begun(operation)) => {
                    tracing::info!(operation, request = id, "what was approved begins");
                    self.bell.notify_one();
                    self.live.poke("apps");
                    Ok(())
                }
                Err(Denied::Refused { .. }) => {
                    let why = format!("{} may not do this any more; somebody who may has to ask for it", request.asked_by.name);
                    self.end(&request, RequestState::Void, why).await
                }
                // Something else is under way on the app, or somebody was faster: it is looked at again.
                Ok(Ordered::Waits(_)) | Err(Denied::Rule { .. } | Denied::Removed(_)) => Ok(()),
                Err(Denied::Store(error)) => Err(error.into()),
            },
        }
    }

    /// Why a request that waits would come to nothing if it had all that it needs by now, by the newest reading of the Swarm that there
    /// is.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn obstacle(&self, request: &Request) -> Result<Option<String>, OpError> {
        let Some(app) = self.store.app_by_id(request.app_id).await? else { return Ok(None) };
        let Ok(wanted) = serde_json::from_str(&request.wanted) else { return Ok(None) };
        Ok(match self.found(&app, &wanted).await? {
            Found::Void(why) => Some(why),
            Found::Same | Found::Later => None,
        })
    }

    /// Whether what was approved is what would be done now.
    async fn found(&self, app: &App, wanted: &Wanted) -> Result<Found, OpError> {
        if wanted.ticket().is_some_and(|ticket| !self.handover.has(ticket)) {
            let why = "the values that were typed for it are kept in memory for a day only, and a restart forgets them; ask again";
            return Ok(Found::Void(why.to_owned()));
        }
        let saved = match wanted {
            Wanted::Deploy(w) => Some(w.env_number),
            Wanted::Rollback(w) => Some(w.env_number),
            _ => None,
        };
        if saved.is_some_and(|number| number != app.env_number) {
            return Ok(Found::Void(format!("somebody has saved other settings since, so {CHANGED}")));
        }
        let Some((desired, keep, shown)) = self.planned(app, wanted).await? else { return Ok(Found::Same) };
        let reading = self.feed.latest();
        if reading.problem.is_some() {
            return Ok(Found::Later);
        }
        let stack = StackName::parse(&app.stack).map_err(|e| OpError::stop("failed", e.to_string()))?;
        if check::beside(&desired, reading.swarm.stack(&stack), &keep).hash() == shown {
            Ok(Found::Same)
        } else {
            Ok(Found::Void(CHANGED.to_owned()))
        }
    }

    /// What is to run, the services that stay beside it, and the hash of the plan that was shown; nothing for what has no such plan, or
    /// looks itself whether all is as it was.
    async fn planned(&self, app: &App, wanted: &Wanted) -> Result<Option<(Desired, Vec<String>, String)>, OpError> {
        Ok(match wanted {
            Wanted::Deploy(w) => Some((w.desired.clone(), w.keep.clone(), w.plan_hash.clone())),
            Wanted::Restart(w) => Some((w.desired.clone(), w.others.clone(), w.plan_hash.clone())),
            Wanted::Scale(w) => Some((w.adjusted.desired.clone(), w.adjusted.others.clone(), w.adjusted.plan_hash.clone())),
            Wanted::Rollback(w) => match self.store.deployment(app.id, w.deployment).await? {
                Some(earlier) => {
                    let mut desired = rollback::objects(&earlier)?;
                    keep_chosen(&mut desired, &self.store.chosen_replicas(app.id).await?);
                    Some((desired, w.keep.clone(), w.plan_hash.clone()))
                }
                None => None,
            },
            _ => None,
        })
    }

    /// Asks for it once more in the name of who asked, with the rights that they have now.
    async fn begin(&self, request: &Request, wanted: Wanted) -> Result<Ordered, Denied> {
        let actor = asker::actor(&self.store, &request.asked_by, format!("approval {}", request.id)).await?;
        match &wanted {
            Wanted::Deploy(w) if w.chaos.is_some() => self.order::<DeployChaos>(actor, request, wanted).await,
            Wanted::Deploy(_) => self.order::<Deploy>(actor, request, wanted).await,
            Wanted::Rollback(w) if w.reapply => self.order::<Reapply>(actor, request, wanted).await,
            Wanted::Rollback(_) => self.order::<Rollback>(actor, request, wanted).await,
            Wanted::Adopt(_) => self.order::<Adopt>(actor, request, wanted).await,
            Wanted::Restart(_) => self.order::<Restart>(actor, request, wanted).await,
            Wanted::Scale(_) => self.order::<Scale>(actor, request, wanted).await,
            Wanted::Remove(_) => self.order::<Remove>(actor, request, wanted).await,
            Wanted::Undeploy { .. } => self.order::<Undeploy>(actor, request, wanted).await,
            Wanted::Secrets { .. } => self.order::<SetSecret>(actor, request, wanted).await,
            Wanted::Rotate(_) => self.order::<RotateSecret>(actor, request, wanted).await,
            Wanted::Command(_) => self.order::<RunCommand>(actor, request, wanted).await,
            Wanted::RemoveSecrets { .. } => self.order::<RemoveSecret>(actor, request, wanted).await,
            Wanted::RemoveConfigs { .. } => self.order::<RemoveConfig>(actor, request, wanted).await,
            // It is done when it is asked for, and never an order.
            Wanted::Import { .. } => Err(Denied::Refused { action: wanted.action(), why: Refusal::Forbidden }),
        }
    }

    async fn order<A: WriteAction>(&self, actor: Actor, request: &Request, wanted: Wanted) -> Result<Ordered, Denied> {
        let may = Grant::<A>::judge(actor, Target::App(request.app.clone()));
        let may = may.map_err(|why| Denied::Refused { action: A::NAME, why })?;
        self.store.commit(&may, Order::<A>::approved(request, wanted)).await
    }

    async fn end(&self, request: &Request, state: RequestState, why: String) -> Result<(), OpError> {
        let may = Grant::<EndRequest>::judge(Actor::Scheduler, Target::App(request.app.clone()));
        let may = may.map_err(|refused| OpError::stop("refused", refused.to_string()))?;
        let ended = approval_end::EndRequest { app_id: request.app_id, id: request.id, state, why };
        match self.store.commit(&may, ended).await {
            Ok(()) => self.forget(request),
            Err(Denied::Store(error)) => return Err(error.into()),
            // Somebody was faster, and what it needs may be on its way to an operation.
            Err(_) => {}
        }
        self.live.poke("apps");
        Ok(())
    }

    /// Forgets the values that wait for a request which has ended.
    pub fn forget(&self, request: &Request) {
        if let Ok(wanted) = serde_json::from_str::<Wanted>(&request.wanted)
            && let Some(ticket) = wanted.ticket()
        {
            drop(self.handover.take(ticket));
        }
    }
}
