//! Times as a page tells them: an age to read, the exact time on hover.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A moment, ready for `<time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// Such as "2 hours ago".
    pub ago: String,
    /// Such as "2026-11-22 10:00 UTC", in the time zone of whoever looks.
    pub exact: String,
    /// RFC 3339, for the `datetime` attribute.
    pub iso: String,
}

impl When {
    /// How `then` reads at `now`, exact in UTC.
    pub fn since(then: Timestamp, now: Timestamp) -> Self {
        Self::in_zone(then, now, TimeZone::UTC)
    }

    /// How `then` reads at `now`, exact in a time zone. A time ahead of `now` reads as "just now": clocks of two machines differ.
    pub fn in_zone(then: Timestamp, now: Timestamp, zone: TimeZone) -> Self {
        let seconds = now.as_second().saturating_sub(then.as_second());
        let ago = match seconds {
            ..45 => "just now".to_owned(),
            45..3_600 => count((seconds + 30) / 60, "minute"),
            3_600..86_400 => count(seconds / 3_600, "hour"),
            86_400..2_592_000 => count(seconds / 86_400, "day"),
            2_592_000..31_536_000 => count(seconds / 2_592_000, "month"),
            _ => count(seconds / 31_536_000, "year"),
        };
        let exact = then.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string();
        Self { ago, exact, iso: then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() }
    }
}

fn count(number: i64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

#[cfg(any(test, feature = "testing"))]
impl When {
    /// A moment of the twenty-second of November 2026, `minutes` before noon.
    pub fn sample(minutes: i64) -> Self {
        let noon = Timestamp::from_second(1_795_348_800).unwrap_or(Timestamp::UNIX_EPOCH);
        let then = Timestamp::from_second(noon.as_second() - minutes * 60).unwrap_or(noon);
        Self::since(then, noon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_the_largest_unit_that_fits() {
        let told = |minutes: i64| When::sample(minutes).ago;
        assert_eq!(told(0), "just now");
        assert_eq!(told(-5), "just now");
        assert_eq!(told(1), "1 minute ago");
        assert_eq!(told(59), "59 minutes ago");
        assert_eq!(told(60), "1 hour ago");
        assert_eq!(told(60 * 24), "1 day ago");
        assert_eq!(told(60 * 24 * 61), "2 months ago");
        assert_eq!(told(60 * 24 * 800), "2 years ago");
    }

    #[test]
    fn the_exact_time_is_in_utc() {
        let when = When::sample(0);
        assert_eq!((when.exact.as_str(), when.iso.as_str()), ("2026-11-22 12:00 UTC", "2026-11-22T12:00:00Z"));
    }

    #[test]
    fn the_exact_time_is_in_the_zone_that_was_chosen_with_its_summer_time() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let told = |at: &str| When::in_zone(at.parse().unwrap(), Timestamp::UNIX_EPOCH, berlin.clone());
        assert_eq!(told("2026-11-22T12:00:00Z").exact, "2026-11-22 13:00 CET");
        let summer = told("2026-07-01T22:30:00Z");
        assert_eq!((summer.exact.as_str(), summer.iso.as_str()), ("2026-07-02 00:30 CEST", "2026-07-01T22:30:00Z"));
    }
}
