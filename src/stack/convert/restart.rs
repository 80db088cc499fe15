//! `deploy.restart_policy`, or `restart` where it is absent.

use super::ConvertError;
use crate::compose::types;
use crate::stack::spec::RestartPolicy;

/// `None` leaves it to the engine, which starts a task again whenever it ended. So `restart: "no"` has no effect.
pub(super) fn policy(restart: &str, deploy: Option<&types::RestartPolicy>) -> Result<Option<RestartPolicy>, ConvertError> {
    if let Some(policy) = deploy {
        return Ok(Some(RestartPolicy {
            condition: policy.condition.clone(),
            delay: policy.delay,
            max_attempts: policy.max_attempts,
            window: policy.window,
        }));
    }
    let (name, count) = match restart.split_once(':') {
        Some(("", _)) => return Err(invalid(restart, "no policy is named before the colon")),
        Some((name, "")) => (name, None),
        Some((name, count)) => match count.parse::<i64>() {
            Ok(count) => (name, Some(count)),
            Err(_) => return Err(invalid(restart, "the number of tries must be a whole number")),
        },
        None => (restart, None),
    };
    let condition = |name: &str| RestartPolicy { condition: name.to_owned(), ..RestartPolicy::default() };
    match name {
        "" | "no" => Ok(None),
        "always" | "unless-stopped" => Ok(Some(condition("any"))),
        "on-failure" => {
            // A negative number is sent as the huge one with the same bits: no end of tries.
            let tries = count.unwrap_or_default().cast_unsigned();
            Ok(Some(RestartPolicy { max_attempts: Some(tries), ..condition("on-failure") }))
        }
        other => Err(invalid(restart, &format!("unknown policy {other}"))),
    }
}

fn invalid(restart: &str, why: &str) -> ConvertError {
    let hint = "write always, on-failure or on-failure:N, or use deploy.restart_policy";
    ConvertError::new(format!("the restart policy \"{restart}\" can't be used: {why}"), hint)
}
