//! `deploy.resources`.

use super::ConvertError;
use crate::compose::types;
use crate::stack::spec::{Limits, Resources};

/// Billionths of a CPU in one.
const NANO: i128 = 1_000_000_000;

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
            generic_resources: reserved.generic_resources.iter().filter_map(generic).collect(),
        })
    });
    Ok(Resources { limits: limits.transpose()?, reservations: reservations.transpose()? })
}

fn generic(from: &types::GenericResource) -> Option<serde_json::Value> {
    let discrete = from.discrete_resource_spec.as_ref()?;
    Some(serde_json::json!({ "DiscreteResourceSpec": { "Kind": discrete.kind, "Value": discrete.value } }))
}

/// Billionths of a CPU from `0.5`, `1/2` or `5e-1`; none from an empty text.
fn cpus(text: &str) -> Result<i64, ConvertError> {
    if text.is_empty() {
        return Ok(0);
    }
    let hint = "write a number such as 0.5";
    let Some((above, below)) = fraction(text) else {
        return Err(ConvertError::new(format!("failed to parse {text} as a rational number"), hint));
    };
    let nano = above.checked_mul(NANO).filter(|nano| nano % below == 0).map(|nano| nano / below);
    match nano.map(i64::try_from) {
        Some(Ok(nano)) => Ok(nano),
        _ => Err(ConvertError::new(format!("the CPU number {text} is too precise or too large"), hint)),
    }
}

fn fraction(text: &str) -> Option<(i128, i128)> {
    if let Some((above, below)) = text.split_once('/') {
        let (above, below) = (above.parse().ok()?, below.parse().ok()?);
        return (below > 0).then_some((above, below));
    }
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if !part.chars().all(|c| c.is_ascii_digit()) || (part.is_empty() && whole.trim_start_matches(['+', '-']).is_empty()) {
        return None;
    }
    let number: i128 = format!("{whole}{part}").parse().ok()?;
    let shift = exponent - i32::try_from(part.len()).ok()?;
    let power = 10_i128.checked_pow(shift.unsigned_abs())?;
    if shift < 0 { Some((number, power)) } else { Some((number.checked_mul(power)?, 1)) }
}
