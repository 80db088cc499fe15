//! `deploy.resources`.

use super::ConvertError;
use super::cpus::{self, Fault};
use crate::compose::types;
use crate::stack::spec::{Limits, Resources};

pub(super) fn resources(from: &types::Resources) -> Result<Resources, ConvertError> {
    let limits = from.limits.as_ref().map(|limits| {
        Ok::<_, ConvertError>(Limits {
            nano_cpus: cpus(&limits.cpus)?,
            memory_bytes: limits.memory,
            pids: limits.pids,
            generic_resources: vec![],
        })
    });
    let reservations = from.reservations.as_ref().map(|reserved| {
        Ok::<_, ConvertError>(Limits {
            nano_cpus: cpus(&reserved.cpus)?,
            memory_bytes: reserved.memory,
            pids: 0,
            generic_resources: reserved.generic_resources.iter().map(generic).collect(),
        })
    });
    Ok(Resources { limits: limits.transpose()?, reservations: reservations.transpose()? })
}

fn generic(from: &types::GenericResource) -> serde_json::Value {
    match &from.discrete_resource_spec {
        Some(discrete) => serde_json::json!({ "DiscreteResourceSpec": { "Kind": discrete.kind, "Value": discrete.value } }),
        None => serde_json::json!({}),
    }
}

/// Billionths of a CPU; none from an empty text.
fn cpus(text: &str) -> Result<i64, ConvertError> {
    if text.is_empty() {
        return Ok(0);
    }
    let what = |fault| match fault {
        Fault::NoNumber => format!("failed to parse {text} as a rational number of CPUs"),
        Fault::TooPrecise => format!("the number of CPUs {text} is too precise: a billionth is the smallest part"),
        Fault::TooLarge => format!("the number of CPUs {text} is too large"),
    };
    cpus::nano(text).map_err(|fault| ConvertError::new(what(fault), "write a number such as 0.5"))
}
