//! Cron expressions: five fields that say at which times of which days something is done.

use croner::Cron as Pattern;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{DateTime, date};

/// An expression longer than this was not written by anybody.
const LONGEST: usize = 200;
/// Backups more often than this within an hour are taken for a slip, such as `* 3 * * *` for `0 3 * * *`.
const MOST_AN_HOUR: usize = 4;

/// The fields in their order: name, characters apart from digits and `* , - /`, and what may stand there.
const FIELDS: [(&str, &str, &str); 5] = [
    ("minute", "", "a number from 0 to 59"),
    ("hour", "", "a number from 0 to 23"),
    ("day of the month", "LW", "a number from 1 to 31, or L for the last day"),
    ("month", "ABCDEFGJLMNOPRSTUVY", "a number from 1 to 12, or a name such as JAN"),
    ("day of the week", "ADEFHILMNORSTUW#", "a number from 0 (Sunday) to 6, or a name such as MON"),
];

/// Times of days, without a zone. What it means in the calendar is croner's affair: the same as for Vixie's cron, and `L`, `W`, `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    text: String,
    pattern: Pattern,
}

/// Why an expression can't be used. Each text says which field is wrong and what may stand there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    #[error("write five fields: minute, hour, day of the month, month and day of the week, such as 30 3 * * *; this has {0}")]
    Fields(usize),
    #[error("the expression is too long")]
    Long,
    #[error("the {name} can’t be “{text}”: write {may}; a list such as 1,3; a range such as 1-5; a step such as */2; or * for all")]
    Field { name: &'static str, text: String, may: &'static str },
    #[error("the minute “{0}” means {1} backups in an hour; write at most {MOST_AN_HOUR} minutes, such as 30")]
    TooOften(String, usize),
    #[error("that day never comes: no month of those has it")]
    Never,
}

impl Cron {
    /// Reads an expression. Blanks between fields do not matter.
    ///
    /// # Errors
    /// It is none, or names times that are too many or never come.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        if text.len() > LONGEST {
            return Err(CronError::Long);
        }
        let parts: Vec<&str> = text.split_whitespace().collect();
        if parts.len() != FIELDS.len() {
            return Err(CronError::Fields(parts.len()));
        }
        for (at, (part, (name, letters, may))) in parts.iter().zip(FIELDS).enumerate() {
            let known = |c: char| c.is_ascii_digit() || "*,-/".contains(c) || letters.contains(c.to_ascii_uppercase());
            // Alone among fields that are right, so that it is the one to blame.
            let alone: Vec<&str> = (0..FIELDS.len()).map(|other| if other == at { *part } else { "*" }).collect();
            if !part.chars().all(known) || parsed(&alone.join(" ")).is_none() {
                return Err(CronError::Field { name, text: (*part).to_owned(), may });
            }
        }
        let text = parts.join(" ");
        let pattern = parsed(&text).ok_or(CronError::Fields(parts.len()))?;
        let often = pattern.pattern.minutes.values().len();
        if often > MOST_AN_HOUR {
            let minute = parts.first().copied().unwrap_or_default();
            return Err(CronError::TooOften(minute.to_owned(), often));
        }
        let cron = Self { text, pattern };
        // Leap years come within eight years, and weekdays of a date within a few more.
        let first = cron.after(date(2000, 1, 1).at(0, 0, 0, 0));
        first.filter(|at| at.year() < 2100).map(|_| cron).ok_or(CronError::Never)
    }

    /// The expression, with one blank between fields.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first time on a calendar after `time`; `None` at the end of the calendar.
    pub fn after(&self, time: DateTime) -> Option<DateTime> {
        self.pattern.find_next_occurrence(&time, false).ok()
    }

    /// In a few words, such as `every day at 03:30`.
    pub fn told(&self) -> String {
        let pattern = &self.pattern.pattern;
        let every_month = pattern.months.values().len() == 12;
        let hours = pattern.hours.values();
        let known = every_month && hours.len() * pattern.minutes.values().len() <= 6;
        let days = match (pattern.is_dom_wildcard(), pattern.is_dow_wildcard()) {
            (true, true) => Some("every day".to_owned()),
            (true, false) if !pattern.days_of_week.has_modifiers() => {
                Some(format!("every {}", and(pattern.days_of_week.values().into_iter().filter_map(weekday))))
            }
            (false, true) if !pattern.days.has_modifiers() => {
                Some(format!("on day {} of every month", and(pattern.days.values().iter().map(ToString::to_string))))
            }
            _ => None,
        };
        if let Some(days) = days.filter(|_| known) {
            let minutes = pattern.minutes.values();
            let times = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| format!("{hour:02}:{minute:02}")));
            return format!("{days} at {}", and(times));
        }
        let told = self.pattern.describe();
        let mut letters = told.trim_end_matches('.').chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
    }
}

fn parsed(text: &str) -> Option<Pattern> {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build().parse(text).ok()
}

fn weekday(number: u16) -> Option<String> {
    const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    DAYS.get(usize::from(number)).map(|day| (*day).to_owned())
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] => format!("{} and {last}", firsts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_expression_is_told_in_words() {
        for (text, words) in [
            ("30 3 * * *", "every day at 03:30"),
            ("0  4,16 * *  *", "every day at 04:00 and 16:00"),
            ("15 2 * * sun", "every Sunday at 02:15"),
            ("15 2 * * 1-3", "every Monday, Tuesday and Wednesday at 02:15"),
            ("0 5 1,15 * *", "on day 1 and 15 of every month at 05:00"),
            ("0 5 L * *", "at 05:00, on the last day of the month"),
        ] {
            assert_eq!(Cron::parse(text).unwrap().told(), words, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_told_with_the_field_that_is_wrong() {
        for (text, told) in [
            ("", "this has 0"),
            ("@daily", "this has 1"),
            ("0 30 3 * * *", "this has 6"),
            ("60 3 * * *", "the minute can’t be “60”"),
            ("JAN 3 * * *", "the minute can’t be “JAN”"),
            ("0 24 * * *", "the hour can’t be “24”: write a number from 0 to 23"),
            ("0 3 32 * *", "the day of the month can’t be “32”"),
            ("0 3 +1 * *", "the day of the month can’t be “+1”"),
            ("0 3 * 13 *", "the month can’t be “13”"),
            ("0 3 * * 8", "the day of the week can’t be “8”"),
            ("0 3 * * SUNDAY", "the day of the week can’t be “SUNDAY”"),
            ("0 3 * * ß", "the day of the week can’t be “ß”"),
            ("*/0 3 * * *", "the minute can’t be “*/0”"),
            ("5-1 3 * * *", "the minute can’t be “5-1”"),
            ("* 3 * * *", "the minute “*” means 60 backups in an hour"),
            ("0 3 30 2 *", "that day never comes"),
            (&"0".repeat(300), "too long"),
        ] {
            let told_is = Cron::parse(text).unwrap_err().to_string();
            assert!(told_is.contains(told), "{text}: {told_is}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "[0-9*/,#LWa-z -]{0,24}", any in ".{0,40}") {
            for text in [text, any] {
                if let Ok(cron) = Cron::parse(&text) {
                    prop_assert_eq!(Cron::parse(cron.as_str()).unwrap(), cron.clone());
                    prop_assert!(!cron.told().is_empty());
                }
            }
        }
    }
}
