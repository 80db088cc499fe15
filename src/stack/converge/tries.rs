//! Tries that failed, by slot (or by node of a global service): only failures of one place in a row say that a service does not come
//! up. Five tasks that a restarted machine took with it are one failure each.

use std::collections::{BTreeMap, BTreeSet};

use crate::stack::cause;
use crate::stack::observed::{Millis, Node, Service, Task};
use crate::stack::placement::eligible;
use crate::stack::slots::{Kind, Place, SlotState, Slots, ended, place};

/// So many tries of one place in a row may fail.
const TRIES: u32 = 3;
/// After five failures on one node the Swarm tries a slot elsewhere. So many rejections are final wherever they were.
const TRIES_ANYWHERE: usize = 6;
/// Managers' clocks may be apart by so many milliseconds.
pub(super) const SKEW_MS: i64 = 5_000;

/// What failed since the deploy began, or since the service last settled.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    crashes: BTreeMap<Place, u32>,
    /// The nodes on which a task could not even be prepared.
    rejections: BTreeMap<Place, Vec<String>>,
    counted: BTreeSet<String>,
    /// Tasks of the spec that was sent, seen before they ended: their failure belongs to this deploy, whenever they began.
    seen_alive: BTreeSet<String>,
    /// Tasks that ran the spec before while the engine still went forward.
    seen_old: BTreeSet<String>,
    /// The failed task of each place that says why: the newest.
    failed: BTreeMap<Place, Task>,
    /// Places whose task is up, with its id and since when.
    up: BTreeMap<Place, (String, Millis)>,
    /// Places that were up for the whole monitor period since they failed.
    mended: BTreeSet<Place>,
}

/// What a reading shows of one service.
pub(super) struct Look<'a> {
    pub(super) service: &'a Service,
    pub(super) tasks: &'a [Task],
    pub(super) nodes: &'a [Node],
    pub(super) slots: &'a Slots<'a>,
    /// When the deploy began, by the managers' clock.
    pub(super) since: Millis,
    /// The engine goes back, or went back: the present tasks are those of the spec before.
    pub(super) going_back: bool,
    /// Nothing was read before.
    pub(super) first: bool,
    /// When the reading began.
    pub(super) at: Millis,
    pub(super) monitor_ms: i64,
}

impl Tries {
    pub(super) fn count(&mut self, look: &Look<'_>) {
        for task in look.tasks.iter().filter(|t| t.service == look.service.id) {
            if look.slots.kind == Kind::Job && task.job_iteration != look.service.job_iteration {
                continue;
            }
            if !task.current && !look.going_back {
                self.seen_old.insert(task.id.clone());
            }
            if !ended(task) {
                if task.current && !look.going_back {
                    self.seen_alive.insert(task.id.clone());
                }
            } else if self.is_new_failure(task, look) {
                self.add(task, look);
            }
        }
        if !look.going_back {
            self.mend(look);
        }
    }

    fn is_new_failure(&self, task: &Task, look: &Look<'_>) -> bool {
        let ended_early = task.state == "complete" && look.slots.kind == Kind::Lasting;
        let failed = matches!(task.state.as_str(), "failed" | "rejected") || ended_early;
        let of_this_deploy = task.created + SKEW_MS >= look.since || self.seen_alive.contains(&task.id);
        // A machine that went away took the task with it: no fault of the service.
        let taken_along = look.nodes.iter().any(|n| n.id == task.node && n.state != "ready");
        // After a rollback the tasks that failed are not current any more, and the current ones are none of ours.
        let of_our_spec = if look.going_back { !task.current && !self.seen_old.contains(&task.id) } else { task.current };
        failed && of_this_deploy && of_our_spec && !taken_along && !self.counted.contains(&task.id)
    }

    fn add(&mut self, task: &Task, look: &Look<'_>) {
        let at = place(&look.service.spec, task);
        let runs_now = || look.slots.slots.iter().any(|s| s.state == SlotState::Running && place(&look.service.spec, s.task) == at);
        if look.first && runs_now() {
            // Over and mended before we looked.
            self.counted.insert(task.id.clone());
            return;
        }
        self.blame(at.clone(), task);
        if look.going_back {
            return;
        }
        self.counted.insert(task.id.clone());
        if task.state == "rejected" || cause::is_image_missing(task) {
            self.rejections.entry(at).or_default().push(task.node.clone());
        } else {
            *self.crashes.entry(at).or_default() += 1;
        }
    }

    /// What stands for the whole monitor period is not in a row with what failed before it.
    fn mend(&mut self, look: &Look<'_>) {
        let is_up = |state| {
            if look.slots.kind == Kind::Job {
                state == SlotState::Done
            } else {
                state != SlotState::Coming && state != SlotState::Failed
            }
        };
        let silent = |t: &Task| look.nodes.iter().any(|n| n.id == t.node && n.state != "ready");
        let known = std::mem::take(&mut self.up);
        for slot in look.slots.slots.iter().filter(|s| is_up(s.state) && !silent(s.task)) {
            let at = place(&look.service.spec, slot.task);
            let since = known.get(&at).filter(|(id, _)| *id == slot.task.id).map_or(look.at, |(_, since)| *since);
            if look.at - since >= look.monitor_ms {
                self.crashes.remove(&at);
                self.rejections.remove(&at);
                self.mended.insert(at.clone());
            }
            self.up.insert(at, (slot.task.id.clone(), since));
        }
    }

    /// Keeps the task as the reason why its place is not up.
    pub(super) fn blame(&mut self, at: Place, task: &Task) {
        self.mended.remove(&at);
        let known = self.failed.get(&at);
        if known.is_none_or(|known| (known.created, &known.id) <= (task.created, &task.id)) {
            self.failed.insert(at, task.clone());
        }
    }

    /// The failed task that says why the service is not up.
    pub(super) fn reason(&self) -> Option<&Task> {
        let failed = self.failed.iter().filter(|(at, _)| !self.mended.contains(*at));
        failed.map(|(_, task)| task).max_by_key(|t| (t.created, &t.id))
    }

    /// The failed task that says why the engine stopped or went back, even if its place was up again by then.
    pub(super) fn reason_of_engine(&self) -> Option<&Task> {
        self.reason().or_else(|| self.failed.values().max_by_key(|t| (t.created, &t.id)))
    }

    /// Something failed lately.
    pub(super) fn any(&self) -> bool {
        !self.crashes.is_empty() || !self.rejections.is_empty()
    }

    /// It failed too often, which may still be another service's fault.
    pub(super) fn crashing(&self) -> bool {
        self.crashes.values().any(|n| *n >= TRIES)
    }

    /// Tasks can't be prepared on any node that they could go to.
    pub(super) fn rejected_for_good(&self, service: &Service, nodes: &[Node]) -> bool {
        let global = service.spec.mode.global.is_some() || service.spec.mode.global_job.is_some();
        self.rejections.values().any(|on| {
            let often = on.len() >= TRIES as usize;
            let everywhere = || eligible(&service.spec, nodes).all(|n| on.contains(&n.id));
            on.len() >= TRIES_ANYWHERE || (often && (global || everywhere()))
        })
    }

    /// Another service came up, on which this one may have waited.
    pub(super) fn forgive(&mut self) {
        self.crashes.clear();
    }

    /// The service runs: what was before is over.
    pub(super) fn forget(&mut self) {
        self.crashes.clear();
        self.rejections.clear();
        self.failed.clear();
    }
}
