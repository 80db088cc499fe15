//! THE decision: what becomes of an app's newer versions now.

use super::newer::target;
use super::policy::{Mode, UpdatePolicy};

/// Milliseconds since 1970 (UTC).
type Millis = i64;

/// Everything that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub policy: &'a UpdatePolicy,
    pub now: Millis,
    /// The version that runs.
    pub current: &'a str,
    /// Newer ones, newest first.
    pub newer: &'a [String],
    pub past: &'a Past,
    /// What was found against [`target`]; nothing where there is no target.
    pub obstacles: &'a [Obstacle],
}

/// What the dashboard did with this app before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Versions that it has asked for by itself, however that ended. None of them is asked for a second time.
    pub tried: Vec<String>,
    /// When the newest window opened in which it asked for one.
    pub last_window: Option<Millis>,
}

/// A reason against an update by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// For people: a sentence without its full stop.
    pub text: String,
    /// It goes away by itself, so it is looked at again while the window is open. Else somebody has to see to it.
    pub passes: bool,
}

/// What becomes of the newer versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// There is none.
    Nothing,
    /// Nobody wants to know.
    Off,
    /// They are told, and somebody has to deploy them: the policy says so.
    Notify,
    /// All of them are a larger step than the policy lets the dashboard take.
    TooFar,
    /// The dashboard has asked for this one before, and does not do so again.
    Tried { to: String },
    /// Somebody has to see to this first.
    Held { to: String, why: Vec<String> },
    /// The window is open, and this has to pass first.
    Waits { to: String, why: Vec<String> },
    /// It is to be when the window opens.
    Later { to: String, at: Millis },
    /// Now, in the window that opened then.
    Run { to: String, window: Millis },
}

/// Decides. Nothing is run outside of a window, twice in one, or in one that is older than the last: that is a clock that was set back.
pub fn decide(question: &Question<'_>) -> Decision {
    let Question { policy, now, current, newer, past, obstacles } = *question;
    if policy.mode == Mode::Off {
        return Decision::Off;
    }
    if newer.is_empty() {
        return Decision::Nothing;
    }
    if policy.mode == Mode::Notify {
        return Decision::Notify;
    }
    let Some(to) = target(policy.mode, current, newer).map(str::to_owned) else { return Decision::TooFar };
    if past.tried.contains(&to) {
        return Decision::Tried { to };
    }
    let why: Vec<String> = obstacles.iter().filter(|o| !o.passes).map(|o| o.text.clone()).collect();
    let unused = |window: &Millis| past.last_window.is_none_or(|last| last < *window);
    let open = policy.window.opened(now).filter(unused);
    // A clock that was set back must not bring windows again that were used.
    let next = policy.window.next(past.last_window.map_or(now, |last| last.max(now)));
    match (open, next) {
        _ if !why.is_empty() => Decision::Held { to, why },
        (None, None) => Decision::Held { to, why: vec!["the policy names no day on which it may run".to_owned()] },
        (None, Some(at)) => Decision::Later { to, at },
        (Some(_), _) if !obstacles.is_empty() => Decision::Waits { to, why: obstacles.iter().map(|o| o.text.clone()).collect() },
        (Some(window), _) => Decision::Run { to, window },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::updates::Window;

    #[derive(serde::Deserialize)]
    struct Case {
        why: String,
        mode: String,
        /// Days as bits, first hour, last hour.
        #[serde(default)]
        window: Option<(u8, u8, u8)>,
        #[serde(default)]
        backup: bool,
        /// Hours since a Monday, 00:00.
        #[serde(default)]
        now: i64,
        newer: Vec<String>,
        #[serde(default)]
        tried: Vec<String>,
        #[serde(default)]
        last_window: Option<i64>,
        #[serde(default)]
        lasting: Vec<String>,
        #[serde(default)]
        passing: Vec<String>,
        expected: String,
    }

    const MONDAY: Millis = 1_795_392_000_000;
    const HOUR: Millis = 3_600_000;

    fn told(decision: Decision) -> String {
        let hours = |at: Millis| (at - MONDAY) / HOUR;
        match decision {
            Decision::Later { to, at } => format!("later {to} at {}", hours(at)),
            Decision::Run { to, window } => format!("run {to} in {}", hours(window)),
            Decision::Tried { to } => format!("tried {to}"),
            Decision::Held { to, why } => format!("held {to}: {}", why.join("; ")),
            Decision::Waits { to, why } => format!("waits {to}: {}", why.join("; ")),
            plain => format!("{plain:?}").to_lowercase(),
        }
    }

    #[test]
    fn every_case_of_the_table_is_decided_as_it_says() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/data/updates/decisions.json")).unwrap();
        assert!(cases.len() >= 24);
        for case in cases {
            let (days, from, to) = case.window.unwrap_or((127, 2, 5));
            let window = Window { days, from, to };
            let policy = UpdatePolicy { mode: Mode::parse(&case.mode).unwrap(), window, backup_before: case.backup };
            let obstacle = |passes| move |text: &String| Obstacle { text: text.clone(), passes };
            let lasting = case.lasting.iter().map(obstacle(false));
            let obstacles: Vec<Obstacle> = lasting.chain(case.passing.iter().map(obstacle(true))).collect();
            let past = Past { tried: case.tried, last_window: case.last_window.map(|hours| MONDAY + hours * HOUR) };
            let now = MONDAY + case.now * HOUR;
            let question =
                Question { policy: &policy, now, current: "1.0.0+1", newer: &case.newer, past: &past, obstacles: &obstacles };
            let said = told(decide(&question));
            assert_eq!(said, case.expected, "{}", case.why);
        }
    }
}
