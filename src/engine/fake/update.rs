//! How a service of the Swarm in memory moves from one spec to the next.

use std::collections::BTreeSet;

use super::service::{FakeService, Place};
use super::state::World;
use crate::stack::observed::{Millis, UpdateStatus};
use crate::stack::spec::{ServiceSpec, UpdateConfig};

/// Readings that must see a new task run before the update counts it.
const STEADY: u32 = 2;

/// An update under way.
pub(super) struct Update {
    rolling_back: bool,
    /// Tasks that ended before the update began do not count against it.
    earlier: BTreeSet<String>,
}

impl FakeService {
    /// Takes a new spec. Tasks are replaced in the steps that follow.
    pub(super) fn take(&mut self, spec: ServiceSpec, version: u64, at: Millis) {
        self.previous = Some(std::mem::replace(&mut self.service.spec, spec));
        self.service.has_previous = true;
        self.service.version = version;
        self.service.updated = at;
        self.service.update = None;
        self.update = None;
        self.attempts.clear();
        if let Some(iteration) = &mut self.service.job_iteration {
            *iteration += 1;
            return;
        }
        if self.tasks.iter().any(|t| t.wanted() && !self.is_current(t)) {
            self.begin(false);
            self.status("updating", "update in progress".to_owned(), at);
        }
        self.mark_current();
    }

    fn mark_current(&mut self) {
        let current: Vec<bool> = self.tasks.iter().map(|t| self.is_current(t)).collect();
        for (task, current) in self.tasks.iter_mut().zip(current) {
            task.task.current = current;
        }
    }

    fn begin(&mut self, rolling_back: bool) {
        let earlier = self.tasks.iter().filter(|t| t.ended()).map(|t| t.task.id.clone()).collect();
        self.update = Some(Update { rolling_back, earlier });
    }

    pub(super) fn step_update(&mut self, world: &mut World<'_>) {
        let Some(update) = &self.update else { return };
        let rolling_back = update.rolling_back;
        let spec = &self.service.spec;
        let plan = if rolling_back { &spec.rollback_config } else { &spec.update_config };
        let plan = plan.clone().unwrap_or(UpdateConfig { parallelism: 1, ..UpdateConfig::default() });
        let failed: Vec<String> = self
            .tasks
            .iter()
            .filter(|t| self.is_current(t) && !update.earlier.contains(&t.task.id))
            .filter(|t| matches!(t.task.state.as_str(), "failed" | "rejected" | "complete"))
            .map(|t| t.task.id.clone())
            .collect();
        let places = self.places(world);
        if let Some(last) = failed.last() {
            #[expect(clippy::cast_precision_loss, reason = "a test has few tasks")]
            let too_many = failed.len() as f64 > plan.max_failure_ratio * places.len() as f64;
            if too_many && self.give_up(&plan, rolling_back, last, world) {
                return;
            }
        }
        self.replace_some(&plan, &places, world);
        if places.iter().all(|place| self.is_done(place, &failed)) {
            self.update = None;
            if rolling_back {
                self.status("rollback_completed", "rollback completed".to_owned(), world.at);
            } else {
                self.status("completed", "update completed".to_owned(), world.at);
            }
        }
    }

    /// Whether the failure ends this update.
    fn give_up(&mut self, plan: &UpdateConfig, rolling_back: bool, task: &str, world: &mut World<'_>) -> bool {
        let why = format!("due to failure or early termination of task {task}");
        match plan.failure_action.as_str() {
            "continue" => return false,
            "rollback" if !rolling_back && self.previous.is_some() => {
                if let Some(previous) = self.previous.take() {
                    self.service.spec = previous;
                }
                self.service.has_previous = false;
                self.attempts.clear();
                self.begin(true);
                self.status("rollback_started", format!("update rolled back {why}"), world.at);
            }
            _ => {
                self.update = None;
                let (state, what) = if rolling_back { ("rollback_paused", "rollback") } else { ("paused", "update") };
                self.status(state, format!("{what} paused {why}"), world.at);
            }
        }
        *world.index += 1;
        self.service.version = *world.index;
        world.event("service", "update", &self.service.id);
        true
    }

    /// Begins with as many further places as the parallelism allows.
    fn replace_some(&mut self, plan: &UpdateConfig, places: &[Place], world: &mut World<'_>) {
        let allowed = if plan.parallelism == 0 { places.len() } else { usize::try_from(plan.parallelism).unwrap_or(usize::MAX) };
        let busy = places.iter().filter(|place| self.is_busy(place)).count();
        let old: Vec<Place> = places.iter().filter(|place| self.has_old(place) && !self.is_busy(place)).cloned().collect();
        for place in old.into_iter().take(allowed.saturating_sub(busy)) {
            if plan.order == "start-first" {
                self.add_task(&place, world);
            } else {
                self.stop_old(&place);
            }
        }
        for place in places {
            let runs =
                self.tasks.iter().any(|t| t.wanted() && t.task.state == "running" && self.is_current(t) && t.place() == *place);
            if runs {
                self.stop_old(place);
            }
        }
    }

    fn stop_old(&mut self, place: &Place) {
        let old: Vec<bool> = self.tasks.iter().map(|t| t.wanted() && !self.is_current(t) && t.place() == *place).collect();
        for (task, _) in self.tasks.iter_mut().zip(old).filter(|(_, old)| *old) {
            "shutdown".clone_into(&mut task.task.desired);
        }
    }

    fn has_old(&self, place: &Place) -> bool {
        self.tasks.iter().any(|t| t.wanted() && !self.is_current(t) && t.place() == *place)
    }

    /// An old task is stopping there, or a new one is not steady yet.
    fn is_busy(&self, place: &Place) -> bool {
        self.tasks.iter().filter(|t| t.place() == *place).any(|t| {
            let stopping = !t.wanted() && !t.ended();
            let arriving = t.wanted() && self.is_current(t) && (t.task.state != "running" || t.seen_running < STEADY);
            stopping || arriving
        })
    }

    fn is_done(&self, place: &Place, failed: &[String]) -> bool {
        let of_place = || self.tasks.iter().filter(|t| t.place() == *place);
        let steady = of_place().any(|t| t.wanted() && self.is_current(t) && t.task.state == "running" && t.seen_running >= STEADY);
        let tried = of_place().any(|t| failed.contains(&t.task.id));
        !self.has_old(place) && (steady || tried)
    }

    fn status(&mut self, state: &str, message: String, at: Millis) {
        self.service.update = Some(UpdateStatus { state: state.to_owned(), message, started: at });
    }
}
