//! Whether a deploy has come up: readings of the Swarm over time, judged by one state machine.

mod track;

use serde::{Deserialize, Serialize};

use super::observed::{Health, Millis, Node, Observed};
use super::spec::ServiceSpec;
use track::{Engine, Track};

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

/// The end of a deploy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub outcome: Outcome,
    /// Empty if the stack converged.
    pub causes: Vec<Cause>,
}

/// How a deploy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Converged,
    /// The engine went back to the spec before: the deploy failed, the old version runs.
    RolledBack,
    /// The engine stopped half-way and waits for somebody.
    Paused,
    Failed,
    TimedOut,
}

impl Outcome {
    /// The spelling in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::RolledBack => "rolled_back",
            Self::Paused => "paused",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
        }
    }
}

/// Why a service didn't come up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Full name.
    pub service: String,
    pub text: String,
}

/// Watches the services of one deploy, all of them in one window of time.
///
/// A stack has converged when every service was ready for the whole monitor period (the longest of its services) at once. What
/// the tasks did before the deploy doesn't count, nor do tasks that run an older spec.
#[derive(Clone, Debug)]
pub struct Watch {
    tracks: Vec<Track>,
    started: Millis,
    timeout_ms: i64,
    /// For the names of nodes in the causes.
    nodes: Vec<Node>,
    /// With the positions of the services that are to blame.
    outcome: Option<(Outcome, Vec<usize>)>,
}

impl Watch {
    /// Begins to watch. `started` is when the last spec was sent; `timeout_ms` counts from there.
    pub fn new(expected: Vec<Expected>, started: Millis, timeout_ms: i64) -> Self {
        let tracks: Vec<Track> = expected.into_iter().map(|e| Track::new(e, started)).collect();
        let outcome = tracks.is_empty().then(|| (Outcome::Converged, vec![]));
        Self { tracks, started, timeout_ms, nodes: vec![], outcome }
    }

    /// Takes a reading and tells how each service stands. A reading that began before the watch is not judged: it may show the
    /// tasks of the old spec at their best.
    pub fn observe(&mut self, observed: &Observed, now: Millis) -> Vec<ServiceProgress> {
        if observed.at >= self.started {
            self.nodes.clone_from(&observed.nodes);
            for track in &mut self.tracks {
                track.read(observed, now);
            }
            self.forgive_waiting();
        }
        if self.outcome.is_none() {
            self.outcome = self.judge(now);
        }
        self.tracks.iter().map(|t| t.progress(&self.nodes, now)).collect()
    }

    /// The end, once there is one. The outcome doesn't change any more; a health check's output may still come to its causes.
    pub fn verdict(&self) -> Option<Verdict> {
        let (outcome, blamed) = self.outcome.as_ref()?;
        let causes = blamed.iter().filter_map(|at| self.tracks.get(*at)).map(|t| t.cause(&self.nodes)).collect();
        Some(Verdict { outcome: *outcome, causes })
    }

    /// Hands in what the health check of a service's container said last. `service` is the full name.
    pub fn note_health(&mut self, service: &str, health: &Health) {
        for track in self.tracks.iter_mut().filter(|t| t.expected.name == service) {
            track.note_health(health);
        }
    }

    /// The Swarm starts everything at once, so a service may fail until the one that it needs has come up. Each service that
    /// settles gives the others a fresh count.
    fn forgive_waiting(&mut self) {
        if self.tracks.iter().any(|t| t.newly_settled) {
            for track in self.tracks.iter_mut().filter(|t| !t.settled) {
                track.in_a_row = 0;
            }
        }
    }

    fn judge(&self, now: Millis) -> Option<(Outcome, Vec<usize>)> {
        let all = |test: &dyn Fn(&Track) -> bool| -> Vec<usize> {
            self.tracks.iter().enumerate().filter(|(_, t)| test(t)).map(|(at, _)| at).collect()
        };
        for (engine, outcome) in [(Engine::RolledBack, Outcome::RolledBack), (Engine::Paused, Outcome::Paused)] {
            let blamed = all(&|t| t.engine == engine);
            if !blamed.is_empty() {
                return Some((outcome, blamed));
            }
        }
        let hopeless = all(&|t| t.hopeless(now));
        if !hopeless.is_empty() {
            return Some((Outcome::Failed, hopeless));
        }
        // While another service is still on its way, a crash may yet mend itself.
        let crashing = all(&Track::crashing);
        if !crashing.is_empty() && self.tracks.iter().all(|t| t.settled || t.crashing()) {
            return Some((Outcome::Failed, crashing));
        }
        let late = all(&|t| t.ready_since.is_none());
        if late.is_empty() {
            let since = self.tracks.iter().filter_map(|t| t.ready_since).max()?;
            // A recipe may ask for a longer look than anybody waits for.
            let monitor = self.tracks.iter().map(Track::monitor_ms).max()?.min(self.timeout_ms);
            return (now - since >= monitor).then(|| (Outcome::Converged, vec![]));
        }
        (now - self.started >= self.timeout_ms).then_some((Outcome::TimedOut, late))
    }
}

#[cfg(test)]
mod tests;
