//! Dates in plain YAML scalars.

/// A date with a time of day and an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    date: (u16, u8, u8),
    time: (u8, u8, u8),
    nanosecond: u32,
    /// Minutes east of UTC; `None` when the text is in UTC.
    offset: Option<i16>,
}

impl Moment {
    /// The moment that a plain scalar names: `Y-M-D`, `Y-M-D h:m:s` or `Y-M-DTh:m:s` with a zone.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (day, rest) = text.split_at_checked(text.find(['T', 't', ' ']).unwrap_or(text.len()))?;
        let date = date(day)?;
        let Some(separator) = rest.chars().next() else {
            return Some(Self { date, time: (0, 0, 0), nanosecond: 0, offset: None });
        };
        let rest = rest.get(1..)?;
        let end = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
        let (clock, zone) = rest.split_at_checked(end)?;
        let offset = if separator == ' ' { zone.is_empty().then_some(0)? } else { offset(zone)? };
        let (time, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, "0"));
        let mut parts = time.split(':');
        let time = (short(parts.next()?)?, short(parts.next()?)?, short(parts.next()?)?);
        if parts.next().is_some() || time.0 > 23 || time.1 > 59 || time.2 > 59 || fraction.is_empty() {
            return None;
        }
        let nanosecond = fraction.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{fraction:0<9.9}").parse().ok())??;
        Some(Self { date, time, nanosecond, offset: (offset != 0).then_some(offset) })
    }

    /// The moment as Go's default formatting prints it: `2001-12-14 21:59:43.1 -0500 -0500`.
    pub fn printed(&self) -> String {
        let zone = self.offset.map_or_else(|| "+0000 UTC".to_owned(), |minutes| format!("{0} {0}", zone(minutes, "")));
        format!("{} {} {zone}", self.day(), self.clock())
    }

    /// The moment in the notation of JSON: `2001-12-14T21:59:43.1-05:00`.
    pub fn rfc3339(&self) -> String {
        let zone = self.offset.filter(|minutes| *minutes != 0).map_or_else(|| "Z".to_owned(), |minutes| zone(minutes, ":"));
        format!("{}T{}{zone}", self.day(), self.clock())
    }

    fn day(&self) -> String {
        let (year, month, day) = self.date;
        format!("{year:04}-{month:02}-{day:02}")
    }

    fn clock(&self) -> String {
        let (hour, minute, second) = self.time;
        let fraction = match self.nanosecond {
            0 => String::new(),
            nanosecond => format!(".{nanosecond:09}").trim_end_matches('0').to_owned(),
        };
        format!("{hour:02}:{minute:02}:{second:02}{fraction}")
    }
}

fn zone(minutes: i16, between: &str) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{between}{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// A year of four digits, month and day of one or two, of a day that exists.
fn date(text: &str) -> Option<(u16, u8, u8)> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (year, month, day) = (year.parse::<u16>().ok()?, short(parts.next()?)?, short(parts.next()?)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (parts.next().is_none() && (1..=days).contains(&day)).then_some((year, month, day))
}

fn short(text: &str) -> Option<u8> {
    let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn offset(zone: &str) -> Option<i16> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let (hours, minutes) = (i16::from(short(hours)?), i16::from(short(minutes)?));
    (hours <= 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}
