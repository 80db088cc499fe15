//! The filter of a log, as the address carries it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::clock::Millis;
use crate::logs::{Filter, Nanos};
use crate::stack::names::{StackName, scope};
use crate::stack::observed::Observed;
use crate::web::failure::Failure;
use crate::web::form::Query;
use crate::web::shell::Problems;

/// What was asked for, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// A service's short name; empty for all.
    pub service: String,
    pub since: String,
    pub until: String,
    pub contains: String,
    pub stderr: bool,
    /// Only lines before this time: the page of older ones.
    pub before: Option<Nanos>,
}

const NANOS_PER_MILLI: Nanos = 1_000_000;

impl Asked {
    pub(super) fn of(query: &Query) -> Self {
        Self {
            service: query.get("service").to_owned(),
            since: query.get("since").trim().to_owned(),
            until: query.get("until").trim().to_owned(),
            contains: query.get("contains").to_owned(),
            stderr: query.get("stderr") == "1",
            before: query.number("before"),
        }
    }

    /// Whether lines are left out by choice.
    pub fn is_on(&self) -> bool {
        Self { before: None, ..self.clone() } != Self::default()
    }

    /// Whether lines to come are wanted too.
    pub(super) fn goes_on(&self) -> bool {
        self.until.is_empty() && self.before.is_none()
    }

    /// What it means now, on this stack.
    pub(super) fn filter(&self, stack: &StackName, observed: &Observed, now: Millis) -> Result<Filter, Problems> {
        let mut problems = Problems::none();
        let mut at = |field: &str, text: &str| {
            time(text, now).unwrap_or_else(|NotATime| {
                problems.add(field, format!("“{text}” is no time. Write how long ago, such as 15m, 2h or 3d, or 2026-11-22T10:00"));
                None
            })
        };
        let (since, until) = (at("since", &self.since), at("until", &self.until));
        let service = observed.services.iter().find(|s| s.spec.name == scope(stack, &self.service)).map(|s| s.id.clone());
        if service.is_none() && !self.service.is_empty() {
            problems.add("service", format!("There is no service {} now. Choose another one, or all", self.service));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut filter = Filter::default().containing(&self.contains);
        (filter.service, filter.stderr) = (service.unwrap_or_default(), self.stderr);
        (filter.since, filter.until) = (since, [until, self.before].into_iter().flatten().min());
        Ok(filter)
    }

    /// The same where there is no page to say what is wrong.
    pub(super) fn filter_or_refuse(&self, stack: &StackName, observed: &Observed, now: Millis) -> Result<Filter, Failure> {
        let texts = |problems: Problems| problems.0.into_iter().map(|p| p.text).collect::<Vec<_>>().join("; ");
        self.filter(stack, observed, now).map_err(|problems| Failure::BadForm(texts(problems)))
    }

    /// An address with the same filter, and one pair more.
    pub(super) fn address(&self, path: &str, more: Option<(&str, &str)>) -> String {
        let pairs = [
            ("service", self.service.as_str()),
            ("since", &self.since),
            ("until", &self.until),
            ("contains", &self.contains),
            ("stderr", if self.stderr { "1" } else { "" }),
        ];
        let pairs: Vec<(&str, &str)> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).chain(more).collect();
        if pairs.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
    }
}

struct NotATime;

/// `15m` is so long ago; anything else is a date, a time of the day in UTC, or a time with its zone. Empty is none.
fn time(text: &str, now: Millis) -> Result<Option<Nanos>, NotATime> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(ago) = ago(text) {
        return Ok(Some(now.saturating_sub(ago).saturating_mul(NANOS_PER_MILLI)));
    }
    let zoned = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    let at = text.parse::<Timestamp>().or_else(|_| text.parse::<DateTime>().and_then(zoned));
    at.ok().and_then(|at| Nanos::try_from(at.as_nanosecond()).ok()).map(Some).ok_or(NotATime)
}

/// Milliseconds of `90s`, `15m`, `2h`, `3d`.
fn ago(text: &str) -> Option<Millis> {
    let units = [('s', 1_000), ('m', 60_000), ('h', 3_600_000), ('d', 86_400_000)];
    let (unit, millis) = units.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
    let number: u32 = text.strip_suffix(unit)?.trim().parse().ok()?;
    Some(Millis::from(number) * millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_age_or_a_date() {
        let noon = 1_795_348_800_000;
        let told = |text: &str| time(text, noon).ok().flatten().map(|at| at / NANOS_PER_MILLI - noon);
        let cases = [
            ("90s", Some(-90_000)),
            ("15m", Some(-900_000)),
            ("2 h", Some(-7_200_000)),
            ("1d", Some(-86_400_000)),
            ("2026-11-22T11:59", Some(-60_000)),
            ("2026-11-22 12:00:01.5", Some(1_500)),
            ("2026-11-22", Some(-43_200_000)),
            ("2026-11-22T13:00:00+02:00", Some(-3_600_000)),
            ("", None),
            ("yesterday", None),
            ("-5m", None),
            ("99999999999d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text), expected, "{text}");
        }
        assert!(time("soon", noon).is_err() && time("", noon).is_ok());
    }

    #[test]
    fn an_address_carries_the_filter() {
        let asked = Asked { service: "app".into(), contains: "a&b".into(), stderr: true, ..Asked::default() };
        assert_eq!(asked.address("/x", Some(("before", "7"))), "/x?service=app&contains=a%26b&stderr=1&before=7");
        assert_eq!(Asked::default().address("/x", None), "/x");
        assert!(asked.is_on() && asked.goes_on() && !Asked { before: Some(7), ..Asked::default() }.is_on());
    }
}
