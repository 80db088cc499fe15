//! `deploy.update_config` and `deploy.rollback_config`.

use crate::compose::types;
use crate::stack::spec::UpdateConfig;

pub(super) fn config(from: &types::UpdateConfig) -> UpdateConfig {
    UpdateConfig {
        parallelism: from.parallelism.unwrap_or(1),
        delay: from.delay,
        failure_action: from.failure_action.clone(),
        monitor: from.monitor,
        max_failure_ratio: same_digits(from.max_failure_ratio),
        order: from.order.clone(),
    }
}

/// The engine writes the ratio with the digits of an `f32`, so 0.1 must stay 0.1.
fn same_digits(ratio: f32) -> f64 {
    ratio.to_string().parse().unwrap_or_else(|_| f64::from(ratio))
}
