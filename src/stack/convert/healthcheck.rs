//! `healthcheck`.

use super::ConvertError;
use crate::compose::types::HealthCheck;
use crate::stack::spec::Healthcheck;

pub(super) fn healthcheck(from: &HealthCheck) -> Result<Healthcheck, ConvertError> {
    if from.disable {
        if !from.test.is_empty() {
            let what = "the health check has a test and is disabled at the same time";
            return Err(ConvertError::new(what, "leave out test or disable"));
        }
        return Ok(Healthcheck { test: vec!["NONE".to_owned()], ..Healthcheck::default() });
    }
    Ok(Healthcheck {
        test: from.test.clone(),
        interval: from.interval.unwrap_or_default(),
        timeout: from.timeout.unwrap_or_default(),
        start_period: from.start_period.unwrap_or_default(),
        start_interval: from.start_interval.unwrap_or_default(),
        retries: i64::try_from(from.retries.unwrap_or_default()).unwrap_or(i64::MAX),
    })
}
