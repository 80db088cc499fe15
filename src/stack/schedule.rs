//! Services that a timer starts from outside: swarm-cronjob reads their labels, and gives them tasks when it is time. Until its first
//! run such a service stands at no tasks, later at those of the last run.

use super::spec::ServiceSpec;

/// What switches the timer on.
const ENABLE: &str = "swarm.cronjob.enable";
/// When it rings; without it, it never does.
const SCHEDULE: &str = "swarm.cronjob.schedule";

/// Whether a timer starts the service, so that its number of tasks is the timer's and none that anybody chose.
pub fn by_schedule(spec: &ServiceSpec) -> bool {
    let label = |key| spec.labels.get(key).map_or("", |text| text.trim());
    // As the timer itself reads it.
    let on = matches!(label(ENABLE), "1" | "t" | "T" | "true" | "TRUE" | "True");
    on && !label(SCHEDULE).is_empty() && spec.mode.replicated.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::spec::{Empty, Replicated, ServiceMode};

    #[test]
    fn a_timer_that_is_switched_on_and_knows_when_starts_a_service() {
        let replicated = || ServiceMode { replicated: Some(Replicated { replicas: Some(0) }), ..ServiceMode::default() };
        let timed = |enable: &str, schedule: &str, mode| {
            let pairs = [(ENABLE, enable), (SCHEDULE, schedule)].map(|(key, value)| (key.to_owned(), value.to_owned()));
            by_schedule(&ServiceSpec { labels: pairs.into(), mode, ..ServiceSpec::default() })
        };
        assert!(timed("true", "0 4 * * *", replicated()) && timed("1", "@daily", replicated()));
        assert!(!timed("false", "0 4 * * *", replicated()) && !timed("", "0 4 * * *", replicated()));
        assert!(!timed("true", " ", replicated()), "it would never ring");
        assert!(!timed("true", "@daily", ServiceMode { global: Some(Empty {}), ..ServiceMode::default() }), "it has no number");
        assert!(!by_schedule(&ServiceSpec { mode: replicated(), ..ServiceSpec::default() }));
    }
}
