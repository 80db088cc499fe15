//! Whether somebody else had their hands on a service while it came up.

use crate::stack::spec::ServiceSpec;

/// What somebody else did to the service since the first reading.
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
    pub(super) fn between(reported: &ServiceSpec, now: &ServiceSpec) -> Self {
        if runs_otherwise(reported, now) {
            Self::Other
        } else if replicas(reported) > 0 && replicas(now) == 0 {
            Self::SwitchedOff
        } else {
            Self::None
        }
    }
}

fn runs_otherwise(reported: &ServiceSpec, now: &ServiceSpec) -> bool {
    let mut task = now.task_template.clone();
    task.force_update = reported.task_template.force_update;
    let kind = |spec: &ServiceSpec| {
        let mode = &spec.mode;
        (mode.global.is_some(), mode.global_job.is_some(), mode.replicated_job.is_some())
    };
    task != reported.task_template || kind(now) != kind(reported) || now.endpoint_spec != reported.endpoint_spec
}

fn replicas(spec: &ServiceSpec) -> u64 {
    spec.mode.replicated.as_ref().map_or(1, |r| r.replicas.unwrap_or(1))
}
