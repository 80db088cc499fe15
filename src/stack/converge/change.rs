//! Whether somebody else had their hands on a service while it came up.

use crate::stack::observed::Network;
use crate::stack::plan::equal;
use crate::stack::spec::ServiceSpec;

/// What somebody else did to the service since it was sent.
///
/// A timer or an autoscaler that changes the number of tasks is no other deploy, nor is a forced restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Change {
    #[default]
    None,
    /// Its tasks run something else now.
    Other,
    /// It is to run no tasks at all.
    SwitchedOff,
}

impl Change {
    /// Until the first reading: `sent` in our words against `now` in the engine's, which ids of `networks` stand in.
    pub(super) fn since_sent(sent: &ServiceSpec, now: &ServiceSpec, networks: &[Network]) -> Self {
        let same = kind(sent) == kind(now) && equal(sent, &only_what_runs(sent, now), networks);
        Self::of(same, sent, now)
    }

    /// Between two readings, both in the engine's words.
    pub(super) fn between(reported: &ServiceSpec, now: &ServiceSpec) -> Self {
        let mut task = now.task_template.clone();
        task.force_update = reported.task_template.force_update;
        let same = task == reported.task_template && kind(now) == kind(reported) && now.endpoint_spec == reported.endpoint_spec;
        Self::of(same, reported, now)
    }

    fn of(runs_the_same: bool, before: &ServiceSpec, now: &ServiceSpec) -> Self {
        if !runs_the_same {
            Self::Other
        } else if replicas(before) > 0 && replicas(now) == 0 {
            Self::SwitchedOff
        } else {
            Self::None
        }
    }
}

fn kind(spec: &ServiceSpec) -> (bool, bool, bool) {
    (spec.mode.global.is_some(), spec.mode.global_job.is_some(), spec.mode.replicated_job.is_some())
}

/// `now` with everything as it was sent that says nothing of what its tasks run.
fn only_what_runs(sent: &ServiceSpec, now: &ServiceSpec) -> ServiceSpec {
    let mut task_template = now.task_template.clone();
    task_template.force_update = sent.task_template.force_update;
    ServiceSpec { task_template, endpoint_spec: now.endpoint_spec.clone(), ..sent.clone() }
}

fn replicas(spec: &ServiceSpec) -> u64 {
    spec.mode.replicated.as_ref().map_or(1, |r| r.replicas.unwrap_or(1))
}
