//! A schedule as its form carries it.

use std::collections::BTreeMap;

use crate::backup::retention::Keep;
use crate::backup::{Mode, OnHookError, Policy, Schedule};
use crate::web::setup::sentence;
use crate::web::shell::Problems;

/// Times that many want: word, expression, label, what it means.
const PRESETS: [(&str, &str, &str, &str); 3] = [
    ("nightly", "30 3 * * *", "Every night", "At 03:30"),
    ("twice", "30 3,15 * * *", "Twice a day", "At 03:30 and 15:30"),
    ("weekly", "30 3 * * 0", "Every week", "On Sunday at 03:30"),
];
const BY_HAND: &str = "hand";

/// How many stay: field, label.
const KEEPS: [(&str, &str); 6] = [
    ("last", "The newest"),
    ("hourly", "Hours"),
    ("daily", "Days"),
    ("weekly", "Weeks"),
    ("monthly", "Months"),
    ("yearly", "Years"),
];

/// What is chosen in the form. What was sent wrong stays as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleForm {
    /// The word of a preset, or `hand`.
    pub when: String,
    pub cron: String,
    pub zone: String,
    /// The repository's row.
    pub repository: String,
    /// Numbers in the order of their fields.
    pub keep: [String; 6],
    pub mode: String,
    pub abort: bool,
    pub hook_minutes: String,
    pub paused: bool,
}

/// One radio button: its value, words, what it means, and whether it is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub chosen: bool,
}

impl ScheduleForm {
    /// A new one, on the clock of this zone.
    pub(super) fn new(zone: String, repository: Option<i32>) -> Self {
        Self {
            when: "nightly".to_owned(),
            cron: String::new(),
            zone,
            repository: repository.map(|id| id.to_string()).unwrap_or_default(),
            keep: numbers(Keep::USUAL),
            mode: Mode::default().as_str().to_owned(),
            abort: false,
            hook_minutes: (Policy::USUAL_HOOK_TIMEOUT_S / 60).to_string(),
            paused: false,
        }
    }

    /// A policy as the form shows it.
    pub(super) fn of(policy: &Policy) -> Self {
        let preset = PRESETS.iter().find(|preset| preset.1 == policy.schedule.cron());
        Self {
            when: preset.map_or(BY_HAND, |preset| preset.0).to_owned(),
            cron: if preset.is_some() { String::new() } else { policy.schedule.cron().to_owned() },
            zone: policy.schedule.place().to_owned(),
            repository: policy.repository.to_string(),
            keep: numbers(policy.keep),
            mode: policy.mode.as_str().to_owned(),
            abort: policy.on_hook_error == OnHookError::Abort,
            hook_minutes: policy.hook_timeout_s.div_ceil(60).to_string(),
            paused: policy.paused,
        }
    }

    /// What was sent, and the policy if it is one.
    pub(super) fn read(fields: &BTreeMap<String, String>, problems: &mut Problems) -> (Self, Option<Policy>) {
        let text = |name: &str| fields.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let form = Self {
            when: text("when"),
            cron: text("cron"),
            zone: text("zone"),
            repository: text("repository"),
            keep: KEEPS.map(|(field, _)| text(&format!("keep_{field}"))),
            mode: text("mode"),
            abort: fields.contains_key("abort"),
            hook_minutes: text("hook_minutes"),
            paused: fields.contains_key("paused"),
        };
        let policy = form.policy(problems);
        (form, policy)
    }

    fn policy(&self, problems: &mut Problems) -> Option<Policy> {
        if self.preset().is_none() && self.when != BY_HAND {
            problems.add("when", "Choose when backups are made");
        }
        // Each of the two is told of, though one alone is enough to have no schedule.
        let (cron, zone) = (Schedule::parse(self.expression(), "UTC"), Schedule::parse("0 0 * * *", &self.zone));
        for (field, wrong) in [("cron", cron.err()), ("zone", zone.err())] {
            if let Some(why) = wrong {
                problems.add(field, sentence(&why.to_string()));
            }
        }
        let repository = self.repository.parse().ok();
        if repository.is_none() {
            problems.add("repository", "Choose a repository");
        }
        let mode = Mode::parse(&self.mode);
        if mode.is_none() {
            problems.add("mode", "Choose how the app is backed up");
        }
        let most_minutes = Policy::HOOK_TIMEOUTS_S.end() / 60;
        let minutes = self.hook_minutes.parse::<u32>().ok().filter(|minutes| (1..=most_minutes).contains(minutes));
        if minutes.is_none() {
            problems.add("hook_minutes", format!("Write a whole number of minutes from 1 to {most_minutes}"));
        }
        let keep = self.keep(problems);
        Some(Policy {
            repository: repository?,
            schedule: self.schedule().filter(|_| problems.is_empty())?,
            keep: keep?,
            mode: mode?,
            on_hook_error: if self.abort { OnHookError::Abort } else { OnHookError::Partial },
            hook_timeout_s: minutes? * 60,
            paused: self.paused,
        })
    }

    fn preset(&self) -> Option<&'static (&'static str, &'static str, &'static str, &'static str)> {
        PRESETS.iter().find(|preset| preset.0 == self.when)
    }

    fn expression(&self) -> &str {
        self.preset().map_or(self.cron.as_str(), |preset| preset.1)
    }

    /// The times, if they are some.
    pub(super) fn schedule(&self) -> Option<Schedule> {
        Schedule::parse(self.expression(), &self.zone).ok()
    }

    /// How many stay, if the numbers are some.
    pub(super) fn keep(&self, problems: &mut Problems) -> Option<Keep> {
        let mut counts = [0; 6];
        for ((count, typed), (field, _)) in counts.iter_mut().zip(&self.keep).zip(KEEPS) {
            match typed.parse::<u16>() {
                Ok(number) if i32::from(number) <= Keep::MOST => *count = usize::from(number),
                _ => problems.add(format!("keep_{field}"), format!("Write a whole number from 0 to {}", Keep::MOST)),
            }
        }
        let [last, hourly, daily, weekly, monthly, yearly] = counts;
        problems.is_empty().then_some(Keep { last, hourly, daily, weekly, monthly, yearly })
    }

    /// The times that many want, and the way to others.
    pub fn times(&self) -> Vec<Choice> {
        let choice = |value, label, hint| Choice { value, label, hint, chosen: self.when == value };
        let presets = PRESETS.iter().map(|(value, _, label, hint)| choice(*value, *label, *hint));
        presets.chain([choice(BY_HAND, "Other times", "As you write them below")]).collect()
    }

    /// How an app can be backed up.
    pub fn modes(&self) -> Vec<Choice> {
        let words = |mode| match mode {
            Mode::Dump => ("As it runs, with the recipe’s hooks", "A database is dumped first where the recipe has a hook for it"),
            Mode::Live => ("As it runs, without hooks", "Files are copied as they are: like after a power cut at best"),
        };
        let choice = |mode: Mode| {
            let (label, hint) = words(mode);
            Choice { value: mode.as_str(), label, hint, chosen: self.mode == mode.as_str() }
        };
        Mode::ALL.map(choice).to_vec()
    }

    /// Name, label and number of each field that says how many stay.
    pub fn keeps(&self) -> Vec<(String, &'static str, &str)> {
        let field = |((field, label), typed): ((&str, &'static str), _)| (format!("keep_{field}"), label, typed);
        KEEPS.into_iter().zip(self.keep.iter().map(String::as_str)).map(field).collect()
    }
}

fn numbers(keep: Keep) -> [String; 6] {
    [keep.last, keep.hourly, keep.daily, keep.weekly, keep.monthly, keep.yearly].map(|count| count.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 12] = [
        ("when", "hand"),
        ("cron", "15  4 * * 1-5"),
        ("zone", "Europe/Berlin"),
        ("repository", "3"),
        ("keep_last", "0"),
        ("keep_hourly", "0"),
        ("keep_daily", "14"),
        ("keep_weekly", "8"),
        ("keep_monthly", "0"),
        ("keep_yearly", "1"),
        ("mode", "live"),
        ("hook_minutes", "5"),
    ];

    fn read(others: &[(&str, &str)]) -> (ScheduleForm, Option<Policy>, Problems) {
        let fields = GOOD.iter().chain(others).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut problems = Problems::none();
        let (form, policy) = ScheduleForm::read(&fields, &mut problems);
        (form, policy, problems)
    }

    #[test]
    fn a_policy_goes_through_its_form_and_back() {
        let (form, policy, problems) = read(&[("abort", "on"), ("paused", "on")]);
        let policy = policy.unwrap();
        assert!(problems.is_empty() && policy.paused && policy.on_hook_error == OnHookError::Abort);
        assert_eq!((policy.schedule.cron(), policy.hook_timeout_s, policy.keep.daily), ("15 4 * * 1-5", 300, 14));
        assert_eq!(ScheduleForm::of(&policy), ScheduleForm { cron: "15 4 * * 1-5".to_owned(), ..form });
        let (_, preset, _) = read(&[("when", "weekly"), ("cron", "what nobody reads")]);
        assert_eq!(ScheduleForm::of(&preset.unwrap()).when, "weekly");
    }

    #[test]
    fn what_can_not_be_a_policy_is_told_where_it_is_wrong() {
        for (field, value, at) in [
            ("when", "hourly", "when"),
            ("cron", "61 4 * * *", "cron"),
            ("zone", "Europe/Atlantis", "zone"),
            ("repository", "", "repository"),
            ("keep_daily", "-1", "keep_daily"),
            ("keep_weekly", "1001", "keep_weekly"),
            ("mode", "fast", "mode"),
            ("hook_minutes", "0", "hook_minutes"),
            ("hook_minutes", "1441", "hook_minutes"),
        ] {
            let (form, policy, problems) = read(&[(field, value)]);
            assert!(policy.is_none() && problems.of(at).is_some(), "{field}={value}: {problems:?}");
            assert!(format!("{form:?}").contains(value), "what was typed stays");
        }
    }
}
