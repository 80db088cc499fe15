//! One reader of an app's logs for everybody who follows them. It begins with the first and ends with the last; what it keeps is
//! bounded, and whoever is too slow is told how many lines were missed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{FutureExt as _, ready};
use futures_util::stream::{self, BoxStream, SelectAll};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::engine::feed::Feed;
use crate::engine::{self, Inspect, LogPart, LogSource};
use crate::logs::merge::{Limits, Placed, Window};
use crate::logs::{LINE_LIMIT, Line, Nanos, Notices, Piece};
use crate::stack::names::StackName;
use crate::web::Site;

/// Lines wait 750 ms for older ones of other tasks, and up to five seconds for a task that is behind but goes on.
const WAITING: Limits = Limits { span: 750, hold: 5_000, bytes: 8 * 1024 * 1024 };
/// Pieces that came already are heard before a batch is closed, but no more than so many.
const AT_HAND: usize = 4_000;
/// Between two batches.
const TICK: Duration = Duration::from_millis(100);
/// Bytes of a batch.
const BATCH_BYTES: usize = 256 * 1024;
/// Batches that a slow viewer may lag behind.
const QUEUE: usize = 32;
/// Bytes of the newest lines, for those who join.
const KEPT_BYTES: usize = 2 * 1024 * 1024;
/// Last lines of each task at the beginning, so that none is missing between a page and its stream.
const BACKLOG: u32 = 200;

/// The readers that run, by stack.
#[derive(Default)]
pub struct Hubs(Mutex<BTreeMap<String, Weak<Hub>>>);

impl Hubs {
    /// Joins those who follow this stack's logs; the first one makes the reader begin.
    pub(super) fn follow(&self, site: &Site, stack: &StackName) -> Follower {
        let mut hubs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hubs.retain(|_, hub| hub.strong_count() > 0);
        let running = hubs.get(stack.as_str()).and_then(Weak::upgrade);
        let hub = running.unwrap_or_else(|| {
            let hub = Arc::new(Hub::begin(site, stack));
            hubs.insert(stack.as_str().to_owned(), Arc::downgrade(&hub));
            hub
        });
        Follower::of(hub)
    }
}

/// A reader that runs as long as somebody holds this.
struct Hub {
    told: Arc<Told>,
    #[expect(dead_code, reason = "ends the reader when it is dropped")]
    stop: DropGuard,
}

impl Hub {
    fn begin(site: &Site, stack: &StackName) -> Self {
        let (told, stop) = (Arc::new(Told::default()), site.stop.child_token());
        let reader = Reader {
            inspect: Arc::clone(&site.inspect),
            feed: Arc::clone(&site.feed),
            stack: stack.clone(),
            told: Arc::clone(&told),
            open: BTreeSet::new(),
            newest: BTreeMap::new(),
            window: Window::new(WAITING),
            notices: Notices::default(),
            begun: Instant::now(),
        };
        tokio::spawn(reader.run(stop.clone()));
        Self { told, stop: stop.drop_guard() }
    }
}

/// Lines that came together.
#[derive(Clone)]
pub(super) struct Batch {
    /// How many lines came before it.
    first: u64,
    pub(super) lines: Arc<[Placed<Line>]>,
    /// The engine's words about lines that it can't give.
    pub(super) notices: Arc<[String]>,
}

impl Batch {
    fn end(&self) -> u64 {
        self.first + self.lines.len() as u64
    }
}

/// What was read, for those who are here and those who join.
struct Told {
    kept: Mutex<Kept>,
    sender: broadcast::Sender<Batch>,
}

#[derive(Default)]
struct Kept {
    count: u64,
    weight: usize,
    batches: VecDeque<(usize, Batch)>,
}

impl Default for Told {
    fn default() -> Self {
        Self { kept: Mutex::default(), sender: broadcast::Sender::new(QUEUE) }
    }
}

impl Told {
    fn tell(&self, lines: Vec<Placed<Line>>, notices: Vec<String>) {
        let words: usize = notices.iter().map(|text| size_of::<String>() + text.len()).sum();
        let weight = words + lines.iter().map(|placed| placed.item.weight()).sum::<usize>();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = Batch { first: kept.count, lines: lines.into(), notices: notices.into() };
        kept.count = batch.end();
        kept.weight += weight;
        kept.batches.push_back((weight, batch.clone()));
        while kept.weight > KEPT_BYTES
            && let Some((weight, _)) = kept.batches.pop_front()
        {
            kept.weight -= weight;
        }
        // Nobody listening is fine.
        let _listeners = self.sender.send(batch);
    }
}

/// One who follows.
pub(super) struct Follower {
    #[expect(dead_code, reason = "held so that the reader goes on")]
    hub: Arc<Hub>,
    past: VecDeque<(usize, Batch)>,
    receiver: broadcast::Receiver<Batch>,
    /// How many lines were told of.
    seen: u64,
}

impl Follower {
    fn of(hub: Arc<Hub>) -> Self {
        let kept = hub.told.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (past, receiver) = (kept.batches.clone(), hub.told.sender.subscribe());
        let seen = past.front().map_or(kept.count, |(_, batch)| batch.first);
        drop(kept);
        Self { hub, past, receiver, seen }
    }

    /// The next lines, and how many were missed before them. `None` when the reader has ended.
    pub(super) async fn next(&mut self) -> Option<(u64, Batch)> {
        let batch = match self.past.pop_front() {
            Some((_, batch)) => batch,
            None => loop {
                match self.receiver.recv().await {
                    Ok(batch) => break batch,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            },
        };
        let missed = batch.first.saturating_sub(self.seen);
        self.seen = batch.end();
        Some((missed, batch))
    }
}

/// A piece of a service's log; `None` when the log has ended.
type Heard = (String, Option<engine::Result<Piece>>);

struct Reader {
    inspect: Arc<dyn Inspect>,
    feed: Arc<Feed>,
    stack: StackName,
    told: Arc<Told>,
    /// Ids of services whose logs are read.
    open: BTreeSet<String>,
    /// The newest line of each service.
    newest: BTreeMap<String, Nanos>,
    window: Window<Line>,
    notices: Notices,
    begun: Instant,
}

impl Reader {
    async fn run(mut self, stop: CancellationToken) {
        let mut readings = self.feed.subscribe();
        let mut logs = SelectAll::new();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.open_new(&mut logs).await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = readings.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.open_new(&mut logs).await;
                }
                Some(heard) = logs.next(), if !logs.is_empty() => self.hear(heard),
                _ = ticks.tick(), if !self.window.is_empty() || !self.notices.is_empty() => {
                    // What lies in the socket may be older than what is due.
                    for _ in 0..AT_HAND {
                        let Some(Some(heard)) = logs.next().now_or_never() else { break };
                        self.hear(heard);
                    }
                    self.publish();
                }
            }
        }
    }

    /// Opens the logs of services that are new, and those that ended: a service may outlive a connection.
    async fn open_new(&mut self, logs: &mut SelectAll<BoxStream<'static, Heard>>) {
        let reading = self.feed.latest();
        if reading.problem.is_some() {
            return;
        }
        let ours = |s: &&crate::stack::observed::Service| s.stack() == Some(self.stack.as_str()) && !self.open.contains(&s.id);
        let ids: Vec<String> = reading.swarm.services.iter().filter(ours).map(|s| s.id.clone()).collect();
        for id in ids {
            // What was read already is not read again.
            let since = self.newest.get(&id).map(|at| at.saturating_add(1));
            let tail = since.is_none().then_some(BACKLOG);
            let part = LogPart { source: LogSource::Service(id.clone()), tail, since, follow: true, line_limit: LINE_LIMIT };
            // What can't be opened is tried again after the next reading.
            let Ok(log) = self.inspect.log(part).await else { continue };
            self.open.insert(id.clone());
            let whole = log.map(Some).chain(stream::once(ready(None)));
            logs.push(whole.map(move |piece| (id.clone(), piece)).boxed());
        }
    }

    fn hear(&mut self, (service, piece): Heard) {
        match piece {
            Some(Ok(Piece::Line(line))) => {
                let newest = self.newest.entry(service).or_insert(line.at);
                *newest = line.at.max(*newest);
                let now = self.now();
                let source = line.task.clone();
                self.window.push(&source, line.at, line.weight(), line, now);
                // A full window lets go at once, however much comes between two ticks.
                self.publish_if_full();
            }
            Some(Ok(Piece::Notice(text))) => self.notices.push(&text, self.now()),
            // The connection is lost; the end follows.
            Some(Err(_)) => {}
            None => {
                self.open.remove(&service);
            }
        }
    }

    fn now(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn publish_if_full(&mut self) {
        if self.window.is_full() {
            self.publish();
        }
    }

    /// Tells what has waited long enough, in batches that are not too large.
    fn publish(&mut self) {
        let (now, mut lines, mut weight) = (self.now(), vec![], 0);
        while let Some(placed) = self.window.pop(now) {
            weight += placed.item.weight();
            lines.push(placed);
            if weight >= BATCH_BYTES {
                self.told.tell(std::mem::take(&mut lines), vec![]);
                weight = 0;
            }
        }
        let notices = self.notices.take();
        if !lines.is_empty() || !notices.is_empty() {
            self.told.tell(lines, notices);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub() -> Arc<Hub> {
        Arc::new(Hub { told: Arc::default(), stop: CancellationToken::new().drop_guard() })
    }

    fn tell(hub: &Hub, lines: usize, bytes: usize) {
        let line = Line { text: "x".repeat(bytes), ..Line::default() };
        hub.told.tell(vec![Placed { item: line, late: false }; lines], vec![]);
    }

    #[tokio::test]
    async fn whoever_is_too_slow_is_told_how_many_lines_were_missed() {
        let hub = hub();
        let (mut slow, mut quick) = (Follower::of(Arc::clone(&hub)), Follower::of(Arc::clone(&hub)));
        let (mut told, batches) = (0, QUEUE as u64 + 20);
        for _ in 0..batches {
            tell(&hub, 3, 10);
            let (missed, batch) = quick.next().await.unwrap();
            told += missed + batch.lines.len() as u64;
        }
        assert_eq!(told, batches * 3);
        let (missed, batch) = slow.next().await.unwrap();
        assert_eq!((missed, batch.lines.len()), (20 * 3, 3));
        assert_eq!(slow.next().await.unwrap().0, 0);
    }

    #[tokio::test]
    async fn what_is_kept_for_those_who_join_is_bounded() {
        let hub = hub();
        for _ in 0..100 {
            tell(&hub, 10, 8 * 1024);
            hub.told.tell(vec![], vec!["x".repeat(40 * 1024)]);
        }
        let mut late = Follower::of(Arc::clone(&hub));
        let kept: usize = late.past.iter().map(|(weight, _)| weight).sum();
        assert!((1..=KEPT_BYTES).contains(&kept), "{kept}");
        assert_eq!(late.next().await.unwrap().0, 0, "what was before somebody joined was not missed");
    }
}
