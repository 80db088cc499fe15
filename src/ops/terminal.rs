//! The same witness and the same steps for whoever stands at the server's command line: whole stacks, without the dashboard.

use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::apply::{self, Leftovers, Target};
use super::ended::OpError;
use super::journal::Journal;
use super::pins::{self, Resolve};
use super::run::{Past, Run};
use super::{teardown, view, watching};
use crate::clock::SystemClock;
use crate::engine::feed::{Attention, Feed, Rhythm};
use crate::engine::{Credentials, EngineError, Inspect, Mutate};
use crate::stack::converge::{Expected, Verdict};
use crate::stack::desired::Desired;
use crate::stack::names::StackName;
use crate::stack::observed::{Observed, Swarm};
use crate::stack::plan::{Plan, plan};
use crate::stack::policy::{Tier, Who, admit, powers};
use crate::stack::spec::SecretSpec;

use super::teardown::Kept;
pub use super::teardown::Wait;

/// An engine that a command line works on. Readings stop when it is dropped.
pub struct Terminal {
    run: Run,
    tier: Tier,
    stop: CancellationToken,
    _often: Attention,
}

/// A stack as somebody wants it.
pub struct Wanted {
    pub desired: Desired,
    /// Secrets that the stack creates.
    pub secrets: Vec<SecretSpec>,
    pub resolve: Resolve,
    pub leftovers: Leftovers<'static>,
}

/// A stack whose images are settled, and what making it would change. Nothing has changed yet.
pub struct Prepared {
    pub plan: Plan,
    wanted: Wanted,
    /// What the plan was made from.
    observed: Observed,
}

impl Terminal {
    /// Begins to read. Must be called within a runtime.
    pub fn open<E: Inspect + Mutate + 'static>(
        engine: Arc<E>,
        journal: Arc<dyn Journal>,
        credentials: Option<Credentials>,
    ) -> Self {
        let clock: crate::clock::SharedClock = Arc::new(SystemClock);
        let feed = Feed::new(engine.clone(), Arc::clone(&clock), Rhythm::default());
        let (stop, often) = (CancellationToken::new(), feed.operation());
        tokio::spawn(Arc::clone(&feed).run(stop.clone()));
        let run = Run {
            past: Past::default(),
            clock,
            inspect: engine.clone(),
            feed,
            credentials: credentials.map(Arc::new),
            journal,
            mutate: engine,
            step: Mutex::default(),
            warned: Mutex::default(),
            hold_at: None,
            at_most: None,
        };
        Self { run, tier: Tier::Server, stop, _often: often }
    }

    /// The same for somebody who is trusted less than root.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn trusted_as(mut self, tier: Tier) -> Self {
        self.tier = tier;
        self
    }

    /// Refuses an engine that can't work on stacks.
    pub async fn check_engine(&self) -> Result<(), OpError> {
        let info = self.run.inspect.info().await?;
        if info.is_manager {
            return Ok(());
        }
        let text = match info.swarm_state.as_str() {
            "active" => "this node is a worker of its Swarm; point DOCKER_HOST at a manager".to_owned(),
            "locked" => "the Swarm of this node is locked; unlock it with `docker swarm unlock`".to_owned(),
            _ => "this node is not a Swarm manager; begin a Swarm with `docker swarm init`, or join one".to_owned(),
        };
        Err(OpError::stop("blocked", text))
    }

    /// Everything on the Swarm, read now.
    pub async fn swarm(&self) -> Result<Arc<Swarm>, EngineError> {
        self.run.feed.fresh().await
    }

    /// Settles the images and holds the stack against the Swarm.
    pub async fn prepare(&self, mut wanted: Wanted) -> Result<Prepared, OpError> {
        self.check_engine().await?;
        wanted.desired.own_secrets = wanted.secrets.iter().map(|s| s.name.clone()).collect();
        let observed = view::look(&self.run, &wanted.target()).await?;
        wanted.desired = pins::pin(&self.run, wanted.desired, &observed, wanted.resolve).await?;
        Ok(Prepared { plan: plan(&wanted.desired, &observed), wanted, observed })
    }

    /// Makes the Swarm hold the stack. Returns what has to come up.
    pub async fn apply(&self, prepared: &Prepared) -> Result<Vec<Expected>, OpError> {
        let wanted = &prepared.wanted;
        for power in powers(&wanted.desired, &prepared.observed) {
            self.run.note(&format!("asks for power: {}; {}", power.line(), power.why)).await?;
        }
        let pass = admit(&wanted.desired, &prepared.observed, &Who { tier: self.tier, confirmed: &[] })?;
        if let Some(blocker) = prepared.plan.blockers.first() {
            return Err(OpError::stop("blocked", format!("{}; {}. Nothing was changed", blocker.what, blocker.hint)));
        }
        apply::apply(&self.run, &pass, &wanted.target(), &prepared.observed).await
    }

    /// Watches what was applied until there is a verdict.
    pub async fn watch(&self, stack: &StackName, expected: Vec<Expected>, timeout_s: u64) -> Result<Verdict, OpError> {
        watching::watch(&self.run, stack, expected, timeout_s).await
    }

    /// Removes services, secrets, configs and networks of a stack; volumes stay. Waits until all of it is gone, if `wait`. Returns
    /// whether there was anything.
    pub async fn remove(&self, stack: &StackName, wait: Wait) -> Result<bool, OpError> {
        if !teardown::is_there(&self.run, stack).await? {
            return Ok(false);
        }
        let before = teardown::services(&self.run, stack).await?;
        if wait == Wait::UntilGone {
            teardown::wait_until_still(&self.run, stack, &before).await?;
        }
        let mut kept = Kept::default();
        teardown::secrets(&self.run, stack, &mut kept).await?;
        teardown::configs(&self.run, stack, &mut kept).await?;
        teardown::networks(&self.run, stack, wait, &mut kept).await?;
        kept.nothing()?;
        Ok(true)
    }
}

impl Wanted {
    fn target(&self) -> Target<'_> {
        Target { desired: &self.desired, secrets: &self.secrets, leftovers: self.leftovers }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
