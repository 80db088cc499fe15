//! The hours in which the dashboard may change an app by itself.

/// Milliseconds since 1970 (UTC).
type Millis = i64;

const HOUR_MS: Millis = 60 * 60 * 1000;
const DAY_MS: Millis = 24 * HOUR_MS;

/// The days of a week in the order of their bits.
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Some hours on some days of the week, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days on which it opens, a bit each; Monday is the lowest.
    pub days: u8,
    /// The hour in which it opens, 0 to 23.
    pub from: u8,
    /// The hour at which it closes, 1 to 24. One that is not behind `from` is of the next day.
    pub to: u8,
}

impl Default for Window {
    /// The small hours of every day.
    fn default() -> Self {
        Self { days: 0b111_1111, from: 2, to: 5 }
    }
}

impl Window {
    /// Whether it opens on the day with this place in [`DAYS`].
    pub const fn opens_on(&self, day: usize) -> bool {
        day < DAYS.len() && self.days & (1 << day) != 0
    }

    /// How long it stays open, in hours.
    pub const fn hours(&self) -> u8 {
        if self.to > self.from { self.to - self.from } else { 24 - self.from + self.to }
    }

    /// When the window opened that is open now, if one is. The newer one, where it opens again before it has closed.
    pub fn opened(&self, now: Millis) -> Option<Millis> {
        let today = now.div_euclid(DAY_MS);
        let open = |start: &Millis| *start <= now && now < start + Millis::from(self.hours()) * HOUR_MS;
        [today, today - 1].into_iter().filter_map(|day| self.start(day)).find(open)
    }

    /// When it opens next, after `now`; `None` if it never does.
    pub fn next(&self, now: Millis) -> Option<Millis> {
        let today = now.div_euclid(DAY_MS);
        (today..=today + 7).filter_map(|day| self.start(day)).find(|start| *start > now)
    }

    /// When it closes after the next time that it opens after `now`; `None` if it never does.
    pub fn next_end(&self, now: Millis) -> Option<Millis> {
        self.next(now).map(|opens| opens + Millis::from(self.hours()) * HOUR_MS)
    }

    /// When it opens on this day (counted from 1970), if it does.
    fn start(self, day: Millis) -> Option<Millis> {
        // The first of January 1970 was a Thursday.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default();
        self.opens_on(weekday).then(|| day * DAY_MS + Millis::from(self.from) * HOUR_MS)
    }

    /// Such as `02:00–05:00 UTC on Saturday and Sunday`.
    pub fn told(&self) -> String {
        let days: Vec<&str> = (0..DAYS.len()).filter(|day| self.opens_on(*day)).filter_map(|day| DAYS.get(day).copied()).collect();
        let next_day = if self.to > self.from || self.to == 0 { "" } else { " of the next day" };
        let hours = format!("{:02}:00–{:02}:00{next_day} UTC", self.from, self.to);
        match days.split_last() {
            None => format!("{hours} on no day"),
            Some(_) if days.len() == DAYS.len() => format!("{hours} every day"),
            Some((only, [])) => format!("{hours} on {only}"),
            Some((last, others)) => format!("{hours} on {} and {last}", others.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday, 00:00 UTC.
    const MONDAY: Millis = 1_795_392_000_000;

    fn at(day: Millis, hour: Millis) -> Millis {
        MONDAY + day * DAY_MS + hour * HOUR_MS
    }

    #[test]
    fn a_window_is_open_in_its_hours_on_its_days() {
        let weekend = Window { days: 0b110_0000, from: 2, to: 5 };
        assert_eq!(weekend.opened(at(5, 2)), Some(at(5, 2)));
        assert_eq!(weekend.opened(at(6, 5) - 1), Some(at(6, 2)));
        for closed in [at(5, 2) - 1, at(5, 5), at(4, 3), at(0, 3)] {
            assert_eq!(weekend.opened(closed), None, "{closed}");
        }
        assert_eq!(weekend.next(at(0, 0)), Some(at(5, 2)));
        assert_eq!(weekend.next(at(5, 2)), Some(at(6, 2)), "one that is open is not the next one");
        assert_eq!(weekend.next(at(6, 3)), Some(at(12, 2)));
        assert_eq!(weekend.opened(-1), None, "before 1970 there are weekdays too");
    }

    #[test]
    fn a_window_may_reach_into_the_next_day() {
        let night = Window { days: 0b1, from: 22, to: 3 };
        assert_eq!((night.hours(), night.opened(at(1, 2)), night.opened(at(1, 3))), (5, Some(at(0, 22)), None));
        assert_eq!(night.next(at(1, 2)), Some(at(7, 22)));
        let all_day = Window { days: 0b1, from: 6, to: 6 };
        assert_eq!((all_day.hours(), all_day.opened(at(1, 5)), all_day.opened(at(1, 6))), (24, Some(at(0, 6)), None));
        assert_eq!(Window { days: 0, from: 0, to: 24 }.next(at(0, 0)), None);
    }

    #[test]
    fn a_window_is_told_in_words() {
        for (days, from, to, words) in [
            (0b111_1111, 2, 5, "02:00–05:00 UTC every day"),
            (0b110_0000, 22, 3, "22:00–03:00 of the next day UTC on Saturday and Sunday"),
            (0b000_0001, 0, 24, "00:00–24:00 UTC on Monday"),
            (0, 2, 5, "02:00–05:00 UTC on no day"),
        ] {
            assert_eq!(Window { days, from, to }.told(), words);
        }
    }
}
