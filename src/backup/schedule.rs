//! When backups are made: a cron expression on the clock of a place.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::cron::{Cron, CronError};

/// Milliseconds since 1970 (UTC).
type Millis = i64;

/// Times of days on the clock of one place.
///
/// Each time that the expression names comes exactly once, also where the clock is changed: one that the clock skips comes at the
/// moment of the change (together with others that it skips), and one that the clock shows twice comes the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
    /// The zone's name, such as `Europe/Berlin`.
    place: String,
}

/// Why there is no such schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    #[error(transparent)]
    Cron(#[from] CronError),
    #[error("no time zone is called “{0}”; write one such as Europe/Berlin, or UTC")]
    Zone(String),
}

impl Schedule {
    /// Reads an expression and the IANA name of a time zone.
    ///
    /// # Errors
    /// One of the two is none.
    pub fn parse(cron: &str, zone: &str) -> Result<Self, ScheduleError> {
        let cron = Cron::parse(cron)?;
        let known = TimeZone::get(zone).map_err(|_| ScheduleError::Zone(zone.to_owned()))?;
        let place = known.iana_name().unwrap_or(zone).to_owned();
        Ok(Self { cron, zone: known, place })
    }

    /// The expression, with one blank between fields.
    pub fn cron(&self) -> &str {
        self.cron.as_str()
    }

    /// The zone's name.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whose clock it is.
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first time after `moment`; `None` at the end of the calendar.
    pub fn next_after(&self, moment: Millis) -> Option<Millis> {
        let mut time = self.zone.to_datetime(Timestamp::from_millisecond(moment).ok()?);
        // Times that are on the clock a second time were due the first time, so several may have to be passed.
        loop {
            time = self.cron.after(time)?;
            match self.moment_of(time) {
                Some(found) if found <= moment => {}
                found => return found,
            }
        }
    }

    /// The next times after `moment`, the first one first.
    pub fn times_after(&self, moment: Millis) -> impl Iterator<Item = Millis> {
        std::iter::successors(self.next_after(moment), |last| self.next_after(*last))
    }

    /// The one moment at which a time on the clock is due.
    fn moment_of(&self, time: DateTime) -> Option<Millis> {
        let found = self.zone.to_ambiguous_timestamp(time);
        let moment = match found.offset() {
            // The clock goes on from just before it to just after it.
            AmbiguousOffset::Gap { after, .. } => self.zone.following(after.to_timestamp(time).ok()?).next()?.timestamp(),
            _ => found.earlier().ok()?,
        };
        Some(moment.as_millisecond())
    }

    /// In a few words, such as `every day at 03:30, Europe/Berlin`.
    pub fn told(&self) -> String {
        format!("{}, {}", self.cron.told(), self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: Millis = 24 * 60 * 60 * 1000;

    fn schedule(cron: &str, zone: &str) -> Schedule {
        Schedule::parse(cron, zone).unwrap()
    }

    fn at(text: &str) -> Millis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn times(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let told = |moment| Timestamp::from_millisecond(moment).unwrap().to_string();
        schedule(cron, zone).times_after(at(from)).take(count).map(told).collect()
    }

    #[test]
    fn a_time_is_that_of_the_place_in_summer_and_in_winter() {
        let found = times("30 3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(found, ["2026-10-25T02:30:00Z", "2026-10-26T02:30:00Z"]);
        assert_eq!(times("30 3 * * *", "Europe/Berlin", "2026-07-01T01:30:00Z", 1), ["2026-07-02T01:30:00Z"], "not the same again");
        assert_eq!(times("30 3 * * *", "Europe/Berlin", "2026-07-01T01:29:59.999Z", 1), ["2026-07-01T01:30:00Z"]);
        assert_eq!(schedule("30 3 * * *", "europe/berlin").told(), "every day at 03:30, Europe/Berlin");
        assert!(Schedule::parse("30 3 * * *", "Europe/Atlantis").unwrap_err().to_string().contains("“Europe/Atlantis”"));
    }

    #[test]
    fn a_time_that_the_clock_skips_comes_once_when_it_is_changed() {
        // In Berlin 02:00 to 03:00 is missing on 29 March 2026; at 01:00 UTC it is 03:00.
        let day = "2026-03-28T12:00:00Z";
        assert_eq!(times("30 2 * * *", "Europe/Berlin", day, 2), ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
        assert_eq!(times("10,50 2 * * *", "Europe/Berlin", day, 2), ["2026-03-29T01:00:00Z", "2026-03-30T00:10:00Z"]);
        assert_eq!(
            times("0 */1 * * *", "Europe/Berlin", "2026-03-28T23:30:00Z", 3),
            ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"]
        );
        assert_eq!(times("30 2,14 * * *", "Europe/Berlin", day, 3)[1], "2026-03-29T01:00:00Z");
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_comes_the_first_time() {
        // In Berlin 02:00 to 03:00 is there twice on 25 October 2026: from 00:00 and from 01:00 UTC.
        let day = "2026-10-24T12:00:00Z";
        assert_eq!(times("30 2 * * *", "Europe/Berlin", day, 2), ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
        assert_eq!(times("30 2,14 * * *", "Europe/Berlin", day, 3)[2], "2026-10-25T13:30:00Z");
        let second = "2026-10-25T01:10:00Z";
        assert_eq!(times("30 2 * * *", "Europe/Berlin", second, 1), ["2026-10-26T01:30:00Z"]);
    }

    proptest! {
        /// Each day of two years has exactly one time of a daily schedule, wherever and whenever that is.
        #[test]
        fn each_day_has_its_time_once(
            minute in 0u8..60,
            hour in 0u8..24,
            zone in proptest::sample::select(vec![
                "UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Antarctica/Troll", "America/Santiago",
                "Asia/Beirut", "Africa/Cairo",
            ]),
            from in at("2023-01-01T00:00:00Z")..at("2028-01-01T00:00:00Z"),
        ) {
            let schedule = schedule(&format!("{minute} {hour} * * *"), zone);
            let days: Vec<_> = schedule.times_after(from).take(800).collect();
            for pair in days.windows(2) {
                let date = |moment| schedule.zone().to_datetime(Timestamp::from_millisecond(moment).unwrap()).date();
                prop_assert_eq!(date(pair[0]).tomorrow().unwrap(), date(pair[1]), "{:?}", pair);
                prop_assert!((pair[1] - pair[0] - DAY).abs() <= 2 * DAY / 24);
            }
        }

        /// Wherever one begins, the next time is the first one that is later.
        #[test]
        fn the_next_time_is_the_first_later_one(
            from in at("2026-10-24T00:00:00Z")..at("2026-10-27T00:00:00Z"),
            cron in proptest::sample::select(vec!["30 2 * * *", "*/15 * * * *", "0 3 * * 0", "7,37 1-3 * * *"]),
        ) {
            let schedule = schedule(cron, "Europe/Berlin");
            let all: Vec<_> = schedule.times_after(at("2026-10-20T00:00:00Z")).take_while(|t| *t < at("2026-11-05T00:00:00Z")).collect();
            prop_assert_eq!(schedule.next_after(from), all.iter().copied().find(|t| *t > from));
        }
    }
}
