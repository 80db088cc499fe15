//! Whether a deploy has come up: readings of the Swarm over time, judged by one state machine.

mod change;
mod reason;
pub(super) mod standstill;
mod track;
mod tries;
mod verdict;
mod wait;

use serde::{Deserialize, Serialize};

use super::observed::{Health, Millis, Node, Observed};
use super::spec::ServiceSpec;
use track::{Engine, Track};
pub use verdict::{Cause, Outcome, Verdict};

/// A reading that is so many milliseconds old says nothing of now.
const SILENT_MS: i64 = 10_000;
const SILENT: &str = "the Swarm has not answered lately, so nobody knows how it is";

/// A service that the deploy sent, and that has to come up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Full name.
    pub name: String,
    pub id: String,
    pub spec: ServiceSpec,
    /// When the update of a service that was there before began: the engine reports how it goes. `None` for a service that is new or
    /// was left as it is.
    pub update: Option<Millis>,
}

/// How far one service has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceProgress {
    /// Full name.
    pub service: String,
    /// Tasks that run, or ended as they should.
    pub running: u64,
    pub wanted: u64,
    pub state: ServiceState,
    /// Why it is not ready, in plain words; may be empty.
    pub note: String,
}

/// How a service stands in a deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    /// Tasks wait for a node, pull their image or start.
    Starting,
    /// Tasks run, or ended as they should, but not yet long enough.
    Ready,
    /// Ready for the whole monitor period.
    Stable,
    /// The engine still replaces tasks.
    Updating,
    /// Tasks fail and are tried again.
    Failing,
    /// The engine goes back to the spec before.
    RollingBack,
    RolledBack,
    Paused,
    /// Given up.
    Failed,
}

/// Watches the services of one deploy, all of them in one window of time.
///
/// A stack has converged when every service was ready for the whole monitor period (the longest of its services) at once. What
/// the tasks did before the deploy doesn't count, nor do tasks that run an older spec. How long something lasted is measured from
/// reading to reading; only the time limit looks at the clock.
#[derive(Clone, Debug)]
pub struct Watch {
    tracks: Vec<Track>,
    started: Millis,
    timeout_ms: i64,
    /// How long the stack's tasks may take to stop.
    grace_ms: i64,
    /// When the newest reading began.
    at: Option<Millis>,
    /// For the names of nodes in the causes.
    nodes: Vec<Node>,
    end: Option<End>,
}

#[derive(Clone, Debug)]
struct End {
    outcome: Outcome,
    /// Positions of the services that are to blame, or that are waited for.
    blamed: Vec<usize>,
    /// Nothing had been heard of the Swarm for a while.
    silent: bool,
}

impl End {
    fn new(outcome: Outcome, blamed: Vec<usize>) -> Self {
        Self { outcome, blamed, silent: false }
    }
}

impl Watch {
    /// Begins to watch. `started` is when the last spec was sent; `timeout_ms` counts from there.
    pub fn new(expected: Vec<Expected>, started: Millis, timeout_ms: i64) -> Self {
        let tracks: Vec<Track> = expected.into_iter().map(|e| Track::new(e, started)).collect();
        let grace_ms = tracks.iter().map(Track::grace_ms).max().unwrap_or_default();
        let end = tracks.is_empty().then(|| End::new(Outcome::Converged, vec![]));
        Self { tracks, started, timeout_ms, grace_ms, at: None, nodes: vec![], end }
    }

    /// Takes a reading and tells how each service stands. A reading that began before the watch is not judged: it may show the
    /// tasks of the old spec at their best. Nor is one that is older than the last.
    pub fn observe(&mut self, observed: &Observed, now: Millis) -> Vec<ServiceProgress> {
        if self.end.is_none() {
            if observed.at >= self.started && self.at.is_none_or(|at| observed.at >= at) {
                self.read(observed);
            }
            self.end = self.judge(now);
        }
        self.tracks.iter().map(|t| t.progress(&self.nodes, self.grace_ms)).collect()
    }

    /// The end, once there is one. The outcome doesn't change any more; a health check's output may still come to its causes.
    pub fn verdict(&self) -> Option<Verdict> {
        let End { outcome, blamed, silent } = self.end.as_ref()?;
        let cause = |t: &Track| {
            if *silent { Cause { service: t.expected.name.clone(), text: SILENT.to_owned() } } else { t.cause(&self.nodes) }
        };
        let causes = blamed.iter().filter_map(|at| self.tracks.get(*at)).map(cause).collect();
        Some(Verdict { outcome: *outcome, causes, unseen: *silent })
    }

    /// Ends the watch before its time, as nobody looks any longer: what is missing goes on by itself. A verdict that was given
    /// stays.
    pub fn leave(&mut self) -> Verdict {
        let end = || {
            let outcome = if self.tracks.iter().any(Track::failed) { Outcome::Failed } else { Outcome::StillWaiting };
            let alone = self.positions(|t| !t.settled);
            // Each was watched for its own period, but not all of them for the longest.
            End::new(outcome, if alone.is_empty() { self.positions(|_| true) } else { alone })
        };
        let end = self.end.clone().unwrap_or_else(end);
        let outcome = end.outcome;
        self.end = Some(end);
        self.verdict().unwrap_or(Verdict { outcome, causes: vec![], unseen: false })
    }

    /// Hands in what the health check of a service's container said last. `service` is the full name.
    pub fn note_health(&mut self, service: &str, health: &Health) {
        for track in self.tracks.iter_mut().filter(|t| t.expected.name == service) {
            track.note_health(health);
        }
    }

    fn read(&mut self, observed: &Observed) {
        self.at = Some(observed.at);
        self.nodes.clone_from(&observed.nodes);
        for track in &mut self.tracks {
            track.read(observed);
        }
        // The Swarm starts everything at once, so a service may fail until the one that it needs has come up. Each service that
        // settles gives the others a fresh count.
        if self.tracks.iter().any(|t| t.newly_settled) {
            for track in self.tracks.iter_mut().filter(|t| !t.settled) {
                track.tries.forgive();
            }
        }
    }

    fn positions(&self, test: impl Fn(&Track) -> bool) -> Vec<usize> {
        self.tracks.iter().enumerate().filter(|(_, t)| test(t)).map(|(at, _)| at).collect()
    }

    fn judge(&self, now: Millis) -> Option<End> {
        for (engine, outcome) in [(Engine::RolledBack, Outcome::RolledBack), (Engine::Paused, Outcome::Paused)] {
            let blamed = self.positions(|t| t.engine == engine);
            if !blamed.is_empty() {
                return Some(End::new(outcome, blamed));
            }
        }
        let hopeless = self.positions(|t| t.hopeless(self.grace_ms));
        if !hopeless.is_empty() {
            return Some(End::new(Outcome::Failed, hopeless));
        }
        // While another service is still on its way, a crash may yet mend itself.
        let crashing = self.positions(Track::crashing);
        if !crashing.is_empty() && self.tracks.iter().all(|t| t.settled || t.crashing()) {
            return Some(End::new(Outcome::Failed, crashing));
        }
        if self.tracks.iter().all(|t| t.ready_since.is_some()) && self.stood_long_enough() {
            return Some(End::new(Outcome::Converged, vec![]));
        }
        if now - self.started < self.timeout_ms {
            return None;
        }
        let silent = self.at.is_none_or(|at| now - at >= SILENT_MS);
        if silent {
            return Some(End { outcome: Outcome::TimedOut, blamed: self.positions(|_| true), silent });
        }
        // What became ready just before the limit may finish its window.
        let limit = self.started + self.timeout_ms;
        let is_late = |t: &Track| t.ready_since.is_none_or(|since| since > limit);
        self.tracks.iter().any(is_late).then(|| self.end_of_time(self.positions(|t| is_late(t) || t.failed())))
    }

    fn stood_long_enough(&self) -> bool {
        let since = self.tracks.iter().filter_map(|t| t.ready_since).max();
        // A recipe may ask for a longer look than anybody waits for.
        let monitor = self.tracks.iter().map(Track::monitor_ms).max().unwrap_or_default().min(self.timeout_ms);
        self.at.zip(since).is_some_and(|(at, since)| at - since >= monitor)
    }

    fn end_of_time(&self, blamed: Vec<usize>) -> End {
        let outcome = match () {
            () if self.tracks.iter().any(Track::failed) => Outcome::Failed,
            () if self.tracks.iter().all(Track::is_only_slow) => Outcome::StillWaiting,
            () => Outcome::TimedOut,
        };
        End::new(outcome, blamed)
    }
}

#[cfg(test)]
mod tests;
