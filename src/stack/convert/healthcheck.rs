//! `healthcheck`.

use super::ConvertError;
use crate::compose::types::HealthCheck;
use crate::stack::spec::Healthcheck;

pub(super) fn healthcheck(from: &HealthCheck) -> Result<Healthcheck, ConvertError> {
    if from.disable {
        if !from.test.is_empty() {
            let what = "test and disable can't be set at the same time in healthcheck";
            return Err(ConvertError::new(what, "leave out one of them"));
        }
        return Ok(Healthcheck { test: vec!["NONE".to_owned()], ..Healthcheck::default() });
    }
    Ok(Healthcheck {
        test: from.test.clone(),
        interval: from.interval.unwrap_or_default(),
        timeout: from.timeout.unwrap_or_default(),
        start_period: from.start_period.unwrap_or_default(),
        start_interval: from.start_interval.unwrap_or_default(),
        retries: from.retries.unwrap_or_default().cast_signed(),
    })
}
