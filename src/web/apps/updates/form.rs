//! The policy as its form carries it.

use std::collections::BTreeMap;

use crate::updates::{DAYS, Mode, UpdatePolicy, Window};
use crate::web::shell::Problems;

/// What is chosen in the form. What was sent wrong stays as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyForm {
    pub mode: String,
    /// Whether each day of the week is ticked, Monday first.
    pub days: Vec<bool>,
    /// Hours of the day.
    pub from: String,
    pub to: String,
    pub backup: bool,
}

impl PolicyForm {
    /// The policy as the form shows it.
    pub(super) fn of(policy: UpdatePolicy) -> Self {
        Self {
            mode: policy.mode.as_str().to_owned(),
            days: (0..DAYS.len()).map(|day| policy.window.opens_on(day)).collect(),
            from: policy.window.from.to_string(),
            to: policy.window.to.to_string(),
            backup: policy.backup_before,
        }
    }

    /// What was sent, and the policy if it is one.
    pub(super) fn read(fields: &BTreeMap<String, String>, problems: &mut Problems) -> (Self, Option<UpdatePolicy>) {
        let text = |name: &str| fields.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let days: Vec<bool> = (0..DAYS.len()).map(|day| fields.contains_key(&format!("day.{day}"))).collect();
        let form = Self { mode: text("mode"), days, from: text("from"), to: text("to"), backup: fields.contains_key("backup") };
        let policy = form.policy(problems);
        (form, policy)
    }

    fn policy(&self, problems: &mut Problems) -> Option<UpdatePolicy> {
        let mode = Mode::parse(&self.mode);
        if mode.is_none() {
            problems.add("mode", "Choose how far Canteen may go by itself");
        }
        let days = self.days.iter().enumerate().filter(|(_, ticked)| **ticked).fold(0, |days, (day, _)| days | 1_u8 << day);
        if mode.is_some_and(Mode::deploys) && days == 0 {
            problems.add("day.0", "Tick a day at least, or let Canteen only tell");
        }
        let hour = |text: &str, least: u8, most: u8| text.parse::<u8>().ok().filter(|hour| (least..=most).contains(hour));
        let (from, to) = (hour(&self.from, 0, 23), hour(&self.to, 1, 24));
        if from.is_none() {
            problems.add("from", "Choose an hour from 0 to 23");
        }
        if to.is_none() {
            problems.add("to", "Choose an hour from 1 to 24");
        }
        let window = Window { days, from: from?, to: to? };
        problems.is_empty().then_some(UpdatePolicy { mode: mode?, window, backup_before: self.backup })
    }

    /// The modes with their words and what they mean.
    pub fn modes(&self) -> [(&'static str, &'static str, &'static str); 4] {
        Mode::ALL.map(|mode| match mode {
            Mode::Off => (mode.as_str(), "Leave it alone", "The list of updates leaves this app out"),
            Mode::Notify => (mode.as_str(), "Only tell", "Newer versions are shown, and somebody deploys them"),
            Mode::Patch => {
                (mode.as_str(), "Patches by itself", "Steps that only raise the last number, such as from 1.2.3 to 1.2.4")
            }
            Mode::Minor => (
                mode.as_str(),
                "Minor versions by itself",
                "Also steps such as from 1.2.3 to 1.3.0. A major step is always somebody’s to take",
            ),
        })
    }

    /// The days with whether they are ticked.
    pub fn week(&self) -> Vec<(usize, &'static str, bool)> {
        DAYS.iter().zip(&self.days).enumerate().map(|(day, (name, ticked))| (day, *name, *ticked)).collect()
    }

    /// Hours to choose from: value, words, whether it is chosen.
    pub fn hours(&self, last: bool) -> Vec<(u8, String, bool)> {
        let (hours, chosen) = if last { (1..=24, &self.to) } else { (0..=23, &self.from) };
        hours.map(|hour| (hour, format!("{hour:02}:00"), *chosen == hour.to_string())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (PolicyForm, Option<UpdatePolicy>, Problems) {
        let fields = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut problems = Problems::none();
        let (form, policy) = PolicyForm::read(&fields, &mut problems);
        (form, policy, problems)
    }

    #[test]
    fn a_policy_goes_through_its_form_and_back() {
        let sent = [("mode", "minor"), ("day.0", "on"), ("day.6", "on"), ("from", "22"), ("to", "3"), ("backup", "on")];
        let (form, policy, problems) = read(&sent);
        let policy = policy.unwrap();
        assert_eq!(policy.window, Window { days: 0b100_0001, from: 22, to: 3 });
        assert!(problems.is_empty() && policy.backup_before && policy.mode == Mode::Minor);
        assert_eq!(PolicyForm::of(policy), form);
    }

    #[test]
    fn what_can_not_be_a_policy_is_told_where_it_is_wrong() {
        for (pairs, field) in [
            (&[("mode", "all"), ("from", "2"), ("to", "5")][..], "mode"),
            (&[("mode", "patch"), ("from", "2"), ("to", "5")], "day.0"),
            (&[("mode", "off"), ("from", "24"), ("to", "5")], "from"),
            (&[("mode", "off"), ("from", "-1"), ("to", "5")], "from"),
            (&[("mode", "off"), ("from", "2"), ("to", "0")], "to"),
            (&[("mode", "off"), ("from", "2")], "to"),
        ] {
            let (_, policy, problems) = read(pairs);
            assert!(policy.is_none() && problems.of(field).is_some(), "{pairs:?}: {problems:?}");
        }
        assert!(read(&[("mode", "notify"), ("from", "2"), ("to", "5")]).1.is_some(), "who is only told needs no day");
    }
}
