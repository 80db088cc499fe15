//! The one reading of the Swarm that feeds every page, every plan and every operation. However many people look, the engine is asked
//! once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{EngineError, Inspect};
use crate::clock::{Millis, SharedClock};
use crate::stack::observed::{Neighbour, Swarm};

/// Between two readings while somebody looks: the engine sends no events about tasks.
const LOOKED_AT: Duration = Duration::from_secs(2);
/// Between two readings while nobody does. Events shorten it.
const IDLE: Duration = Duration::from_secs(15);
/// An operation does not wait longer for the rest of a burst.
const SHORT_BURST: Duration = Duration::from_millis(20);
/// Between two tries to hear events again.
const AGAIN: Duration = Duration::from_secs(2);

/// How often the Swarm is read. Tests, whose Swarm answers at once, are quicker.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// Between two readings while an operation runs.
    pub busy: Duration,
    /// Events come in bursts; one reading serves a burst.
    pub burst: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self { busy: Duration::from_millis(500), burst: Duration::from_millis(150) }
    }
}

/// The newest reading, and whether it is still true.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub swarm: Arc<Swarm>,
    /// When the last try to read began, successful or not.
    pub tried_at: Millis,
    /// Why the last try failed. The reading before it is kept.
    pub problem: Option<String>,
}

/// Tells the dashboard's apps, deployed or not; `None` while that can't be told.
pub type Apps = Box<dyn Fn() -> BoxFuture<'static, Option<Vec<Neighbour>>> + Send + Sync>;

/// Reads the Swarm again and again, as often as somebody needs it.
pub struct Feed {
    inspect: Arc<dyn Inspect>,
    clock: SharedClock,
    rhythm: Rhythm,
    apps: OnceLock<Apps>,
    newest: watch::Sender<Reading>,
    hurry: Notify,
    operations: AtomicUsize,
    viewers: AtomicUsize,
}

/// Keeps the readings frequent until it is dropped.
pub struct Attention {
    feed: Arc<Feed>,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Operation,
    Viewer,
}

impl Feed {
    /// A feed that has not read yet.
    pub fn new(inspect: Arc<dyn Inspect>, clock: SharedClock, rhythm: Rhythm) -> Arc<Self> {
        Arc::new(Self {
            inspect,
            clock,
            rhythm,
            apps: OnceLock::new(),
            newest: watch::Sender::new(Reading::default()),
            hurry: Notify::new(),
            operations: AtomicUsize::new(0),
            viewers: AtomicUsize::new(0),
        })
    }

    /// From now on each reading holds these apps. A second call changes nothing.
    pub fn knows(&self, apps: Apps) {
        let _told_before = self.apps.set(apps);
    }

    /// The newest reading. Never waits.
    pub fn latest(&self) -> Reading {
        self.newest.borrow().clone()
    }

    /// Waits for the first reading, or for the first failure to read.
    pub async fn first(&self) {
        let mut newest = self.newest.subscribe();
        // A feed that has stopped has nobody left to wait.
        let _read = newest.wait_for(|r| r.tried_at > 0).await;
    }

    /// Hears of every new reading.
    pub fn subscribe(&self) -> watch::Receiver<Reading> {
        self.newest.subscribe()
    }

    /// Asks for a reading soon.
    pub fn hurry(&self) {
        self.hurry.notify_one();
    }

    /// Waits for a reading that began after this call.
    pub async fn fresh(&self) -> Result<Arc<Swarm>, EngineError> {
        let (asked, mut newest) = (self.clock.now(), self.newest.subscribe());
        self.hurry();
        let found = newest.wait_for(|r| r.tried_at > asked).await.map_err(|_closed| gone("the feed has stopped"))?;
        match &found.problem {
            None => Ok(Arc::clone(&found.swarm)),
            Some(why) => Err(gone(why)),
        }
    }

    /// Readings come often while the answer lives: an operation runs.
    pub fn operation(self: &Arc<Self>) -> Attention {
        self.operations.fetch_add(1, Ordering::SeqCst);
        self.hurry();
        Attention { feed: Arc::clone(self), kind: Kind::Operation }
    }

    /// Readings come every few seconds while the answer lives: somebody looks at a page.
    pub fn viewer(self: &Arc<Self>) -> Attention {
        if self.viewers.fetch_add(1, Ordering::SeqCst) == 0 {
            self.hurry();
        }
        Attention { feed: Arc::clone(self), kind: Kind::Viewer }
    }

    /// Waits as long as an operation's readings are apart: before that, another look tells little.
    pub async fn breathe(&self) {
        tokio::time::sleep(self.rhythm.busy).await;
    }

    /// Reads until it is cancelled.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.read_forever() => {}
            () = self.hear_forever() => {}
        }
    }

    async fn read_forever(&self) {
        loop {
            self.read().await;
            tokio::select! {
                () = self.hurry.notified() => tokio::time::sleep(self.burst()).await,
                () = tokio::time::sleep(self.pause()) => {}
            }
        }
    }

    async fn hear_forever(&self) {
        loop {
            if let Ok(mut events) = self.inspect.events().await {
                while let Some(Ok(_)) = events.next().await {
                    self.hurry();
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn read(&self) {
        let tried_at = self.clock.now();
        match self.inspect.swarm().await {
            Ok(mut swarm) => {
                swarm.at = tried_at;
                swarm.apps = self.apps().await;
                self.newest.send_replace(Reading { swarm: Arc::new(swarm), tried_at, problem: None });
            }
            Err(error) => self.newest.send_modify(|r| (r.tried_at, r.problem) = (tried_at, Some(error.to_string()))),
        }
    }

    /// Those of the last reading where nobody can tell now.
    async fn apps(&self) -> Vec<Neighbour> {
        let Some(apps) = self.apps.get() else { return vec![] };
        apps().await.unwrap_or_else(|| self.newest.borrow().swarm.apps.clone())
    }

    fn pause(&self) -> Duration {
        match (self.operations.load(Ordering::SeqCst), self.viewers.load(Ordering::SeqCst)) {
            (0, 0) => IDLE,
            (0, _) => LOOKED_AT,
            (_, _) => self.rhythm.busy,
        }
    }

    fn burst(&self) -> Duration {
        if self.operations.load(Ordering::SeqCst) > 0 { self.rhythm.burst.min(SHORT_BURST) } else { self.rhythm.burst }
    }
}

impl Drop for Attention {
    fn drop(&mut self) {
        let count = match self.kind {
            Kind::Operation => &self.feed.operations,
            Kind::Viewer => &self.feed.viewers,
        };
        count.fetch_sub(1, Ordering::SeqCst);
    }
}

/// `why` may be an engine's error already, in words.
fn gone(why: &str) -> EngineError {
    let prefix = EngineError::Unreachable(String::new()).to_string();
    EngineError::Unreachable(why.strip_prefix(&prefix).unwrap_or(why).to_owned())
}
