//! Begins what has the approval that it needs, and ends what can't get it any more. It may be run by several at once, and again after a
//! restart: that a request was carried out is noted with the operation's own row.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::access::action::{
    Adopt, Deploy, DeployChaos, EndRequest, Reapply, Remove, RemoveConfig, RemoveSecret, Restart, Restore, Rollback, RotateSecret,
    RunBackup, RunCommand, Scale, SetSecret, Undeploy,
};
use crate::access::{Actor, Grant, Refusal, Target, WriteAction};
use crate::clock::Millis;
use crate::commands::approval_end;
use crate::engine::Inspect;
use crate::engine::feed::Feed;
use crate::envfile::EnvFile;
use crate::stack::desired::Desired;
use crate::stack::names::StackName;
use crate::stack::observed::Observed;
use crate::store::approvals::{Request, RequestState};
use crate::store::apps::App;
use crate::store::{Denied, Store};

use super::approval::Ordered;
use super::ended::OpError;
use super::handover::Handover;
use super::live::Live;
use super::order::{Order, Wanted};
use super::scale::keep_chosen;
use super::seen::Seen;
use super::updates::policy_of;
use super::{adopt, asker, check, rollback, rotate, version_line};

/// Looks after requests for approval.
#[derive(Clone)]
pub struct Release {
    pub store: Store,
    pub inspect: Arc<dyn Inspect>,
    pub feed: Arc<Feed>,
    pub live: Arc<Live>,
    pub handover: Arc<Handover>,
    /// Rings the runner.
    pub bell: Arc<Notify>,
}

/// When what somebody asked for may begin, apart from what has to be approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    Now,
    /// When the window for updates of the app opens next.
    At(Millis),
    /// The app is not updated by itself any more.
    Never,
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

/// How far a plan tells that nothing differs.
enum Bound {
    /// Its plan would be another one.
    Other,
    /// All that it does stands in its plan, which is the same.
    Wholly,
    /// It has no plan, or does more than stands in it.
    Partly,
}

const CHANGED: &str = "the plan is no longer the one that was approved. Nothing was changed; look at the new plan and ask again";

const NO_UPDATES: &str = "by its policy the app is not updated by itself any more. Nothing was changed; deploy it by hand, or choose \
                          another policy";

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
        match self.opening(&request).await? {
            Opening::Now => {}
            Opening::At(_) => return Ok(()),
            Opening::Never => return self.end(&request, RequestState::Void, NO_UPDATES.to_owned()).await,
        }
        let _answered = self.feed.fresh().await;
        match self.found(&app, &request, &wanted).await? {
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

    /// When this request may begin. An update that the dashboard asked for by itself keeps to the window of the app, whenever it is
    /// approved; in an emergency somebody has it done at once.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn opening(&self, request: &Request) -> Result<Opening, OpError> {
        if !request.asked_by.is_scheduler() || request.is_overridden() {
            return Ok(Opening::Now);
        }
        let policy = policy_of(self.store.update_policy(request.app_id).await?.as_ref());
        let now = self.store.clock().now();
        Ok(match (policy.window.opened(now), policy.window.next(now)) {
            _ if !policy.mode.deploys() => Opening::Never,
            (Some(_), _) => Opening::Now,
            (None, Some(at)) => Opening::At(at),
            (None, None) => Opening::Never,
        })
    }

    /// Why a request that waits would come to nothing if it had all that it needs by now, by the newest reading of the Swarm that there
    /// is.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn obstacle(&self, request: &Request) -> Result<Option<String>, OpError> {
        let Some(app) = self.store.app_by_id(request.app_id).await? else { return Ok(None) };
        let Ok(wanted) = serde_json::from_str(&request.wanted) else { return Ok(None) };
        if self.opening(request).await? == Opening::Never {
            return Ok(Some(NO_UPDATES.to_owned()));
        }
        Ok(match self.found(&app, request, &wanted).await? {
            Found::Void(why) => Some(why),
            Found::Same | Found::Later => None,
        })
    }

    /// What there is of an app now, for those who have to approve an operation on it.
    ///
    /// # Errors
    /// The database can't be read, or Docker does not answer.
    pub async fn seen(&self, app: &App) -> Result<Seen, OpError> {
        Seen::of(&self.store, self.inspect.as_ref(), &self.feed.latest().swarm, app).await
    }

    /// Whether what was approved is what would be done now.
    async fn found(&self, app: &App, request: &Request, wanted: &Wanted) -> Result<Found, OpError> {
        if wanted.ticket().is_some_and(|ticket| !self.handover.has(ticket)) {
            let why = "the values that were typed for it are kept in memory for a day only, and a restart forgets them; ask again";
            return Ok(Found::Void(why.to_owned()));
        }
        let reading = self.feed.latest();
        if reading.problem.is_some() {
            return Ok(Found::Later);
        }
        let now = match self.seen(app).await {
            Ok(now) => now,
            Err(OpError::Engine(_)) => return Ok(Found::Later),
            Err(error) => return Err(error),
        };
        let stack = StackName::parse(&app.stack).map_err(|e| OpError::stop("failed", e.to_string()))?;
        let bound = self.holds(app, wanted, reading.swarm.stack(&stack)).await?;
        let seen: Option<Seen> = serde_json::from_str(&request.seen).ok();
        let changes = seen.map(|seen| seen.changes(&now, wanted));
        let same = match (bound, &changes) {
            (Bound::Other, _) | (Bound::Partly, None) => false,
            (Bound::Wholly, _) => true,
            (Bound::Partly, Some(changes)) => changes.is_empty(),
        };
        if same {
            return Ok(Found::Same);
        }
        let changes = changes.unwrap_or_default().join("; ");
        Ok(Found::Void(if changes.is_empty() { CHANGED.to_owned() } else { format!("{changes}; so {CHANGED}") }))
    }

    /// Whether the plan that was shown is the one that there would be now.
    async fn holds(&self, app: &App, wanted: &Wanted, observed: Observed) -> Result<Bound, OpError> {
        let (saved, whole) = match wanted {
            Wanted::Deploy(w) => (Some(w.env_number), true),
            Wanted::Rollback(w) => (Some(w.env_number), true),
            Wanted::Restart(_) | Wanted::Scale(_) => (None, true),
            _ => (None, false),
        };
        let same = match wanted {
            _ if saved.is_some_and(|number| number != app.env_number) => false,
            Wanted::Deploy(w) => check::beside(&w.desired, observed, &w.keep).hash() == w.plan_hash,
            Wanted::Restart(w) => check::beside(&w.desired, observed, &w.others).hash() == w.plan_hash,
            Wanted::Scale(w) => check::beside(&w.adjusted.desired, observed, &w.adjusted.others).hash() == w.adjusted.plan_hash,
            Wanted::Rollback(w) => match self.earlier(app, w.deployment).await? {
                Some(mut desired) => {
                    keep_chosen(&mut desired, &self.store.chosen_replicas(app.id).await?);
                    check::beside(&desired, observed, &w.keep).hash() == w.plan_hash
                }
                None => false,
            },
            Wanted::Rotate(w) => {
                let revision = self.store.env_revision(app.id, app.env_number).await?;
                let env = revision.and_then(|revision| EnvFile::parse(&revision.text).ok());
                let observed = rotate::with_new(observed, &w.turns);
                env.is_some_and(|env| version_line::untouched(w, &env).is_ok())
                    && check::beside(&w.deploy.desired, observed, &[]).hash() == w.deploy.plan_hash
            }
            Wanted::Adopt(w) => match self.earlier(app, w.deployment).await? {
                Some(record) => adopt::taken(&record, observed, &w.keep).hash == w.runs,
                None => false,
            },
            _ => true,
        };
        Ok(match (same, whole) {
            (false, _) => Bound::Other,
            (true, true) => Bound::Wholly,
            (true, false) => Bound::Partly,
        })
    }

    /// What an earlier deployment sent, if it is kept.
    async fn earlier(&self, app: &App, deployment: i32) -> Result<Option<Desired>, OpError> {
        self.store.deployment(app.id, deployment).await?.map(|earlier| rollback::objects(&earlier)).transpose()
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
            Wanted::Backup(_) => self.order::<RunBackup>(actor, request, wanted).await,
            Wanted::Restore(_) => self.order::<Restore>(actor, request, wanted).await,
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
