use super::{append, both, by_key, replace, replace_given, replace_nonzero};
use crate::compose::types::{Deploy, Limits, Placement, Reservations, RestartPolicy, UpdateConfig};

/// Lays a later file's `deploy` over an earlier one's.
pub(super) fn merge(base: &mut Deploy, over: Deploy) {
    replace(&mut base.mode, over.mode);
    replace_given(&mut base.replicas, over.replicas);
    by_key(&mut base.labels, over.labels);
    both(&mut base.update_config, over.update_config, update_config);
    both(&mut base.rollback_config, over.rollback_config, update_config);
    both(&mut base.resources.limits, over.resources.limits, limits);
    both(&mut base.resources.reservations, over.resources.reservations, reservations);
    both(&mut base.restart_policy, over.restart_policy, restart_policy);
    placement(&mut base.placement, over.placement);
    replace(&mut base.endpoint_mode, over.endpoint_mode);
}

fn update_config(base: &mut UpdateConfig, over: UpdateConfig) {
    replace_given(&mut base.parallelism, over.parallelism);
    replace(&mut base.delay, over.delay);
    replace(&mut base.failure_action, over.failure_action);
    replace(&mut base.monitor, over.monitor);
    replace(&mut base.max_failure_ratio, over.max_failure_ratio);
    replace(&mut base.order, over.order);
}

fn limits(base: &mut Limits, over: Limits) {
    replace(&mut base.cpus, over.cpus);
    replace(&mut base.memory, over.memory);
    replace(&mut base.pids, over.pids);
}

fn reservations(base: &mut Reservations, over: Reservations) {
    replace(&mut base.cpus, over.cpus);
    replace(&mut base.memory, over.memory);
    append(&mut base.generic_resources, over.generic_resources);
}

fn restart_policy(base: &mut RestartPolicy, over: RestartPolicy) {
    replace(&mut base.condition, over.condition);
    replace_nonzero(&mut base.delay, over.delay);
    replace_given(&mut base.max_attempts, over.max_attempts);
    replace_nonzero(&mut base.window, over.window);
}

fn placement(base: &mut Placement, over: Placement) {
    append(&mut base.constraints, over.constraints);
    append(&mut base.preferences, over.preferences);
    replace(&mut base.max_replicas, over.max_replicas);
}
